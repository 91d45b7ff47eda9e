import { latin1FromBytes } from "../../src/base/bytes.ts";
import { parseAdviceOfCharge } from "../../src/sip/events/advice-of-charge.ts";
import { dialogInfo, parseDialogInfo } from "../../src/sip/events/dialog-info.ts";
import { parseRegInfo } from "../../src/sip/events/reg-info.ts";
import { parseXml, XML_LIMITS } from "../../src/sip/events/xml.ts";
import { type FuzzTarget, promise, seedsOf } from "./target.ts";

const DIALOGS =
  '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0"' +
  ' state="full" entity="sip:101@example.org"><dialog id="a&amp;b" direction="recipient">' +
  "<state>early</state><remote><identity display='B &quot;x&#34;'>sip:102@example.org</identity>" +
  "</remote></dialog><!-- none --></dialog-info>";
const CONTACTS =
  '<reginfo version="1" state="partial"><registration aor="sip:101@example.org" id="a"' +
  ' state="active"><contact id="1" state="active" event="refreshed" expires="60">' +
  "<uri>sip:101@192.0.2.1;transport=tcp</uri><x><![CDATA[<uri>]]></x></contact></registration>" +
  "</reginfo>";
const CHARGE =
  "<aoc><aoc-d><charging-info>subtotal</charging-info><recorded-charges><recorded-currency-units>" +
  "<currency-id>EUR</currency-id><currency-amount>1.25</currency-amount>" +
  "</recorded-currency-units></recorded-charges></aoc-d></aoc>";

/** What notifications and answers carry as XML. */
export function eventTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "event-bodies",
      seeds: seedsOf(DIALOGS, CONTACTS, CHARGE),
      vectors: [],
      run: (bytes) => {
        const body = latin1FromBytes(bytes);
        const parsed = parseXml(body);
        promise(!parsed.ok || body.length <= XML_LIMITS.characters, "a document has a limit");
        parseRegInfo(body);
        parseAdviceOfCharge(body);
        const news = parseDialogInfo(body);
        if (news === undefined) return;
        const dialogs = news.dialogs.map((one) => ({ ...one, direction: "recipient" as const }));
        const { body: head, rest = "" } = dialogInfo("sip:a@b", dialogs);
        const text = `${head}0${rest}`;
        // Escapes make it longer than it came.
        const isRead = text.length > XML_LIMITS.characters || parseDialogInfo(text) !== undefined;
        promise(isRead, "written dialogs are read");
      },
    },
  ];
}
