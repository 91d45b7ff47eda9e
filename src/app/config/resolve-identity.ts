import { isFreeCode } from "../../call/index.ts";
import { type CountryProfile, callerIdCodes } from "../../fxs/index.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

/** How a line's calls say who calls whom, where it is looked who calls it, and who may answer. */
export function identityOf(
  user: UserConfig,
  { autoAnswer = "off" }: Pick<UserLine, "autoAnswer">,
  { code }: CountryProfile,
  domain: string,
  digitMap: string,
): Partial<CallSettings> {
  const { dialing = {}, sip = {} } = user;
  const codes = callerIdCodes(code);
  // A code is no help to who could not reach an extension by it any more.
  const known = (text: string): string => (isFreeCode(text, digitMap) ? text : "");
  return {
    withholdCode: dialing.withholdCode ?? known(codes.withhold),
    showCode: dialing.showCode ?? known(codes.show),
    ...(dialing.callBackCode === undefined ? {} : { callBackCode: dialing.callBackCode }),
    ...(dialing.callerIdFrom === undefined ? {} : { callerIdFrom: dialing.callerIdFrom }),
    ...(dialing.telUri === true ? { tel: { context: dialing.phoneContext ?? domain } } : {}),
    ...(autoAnswer === "off" ? {} : { autoAnswer }),
    ...(dialing.allowJoin === true ? { allowsJoin: true } : {}),
    ...(dialing.allowTransfer === false ? { refusesTransfer: true } : {}),
    ...(sip.redirects === "direct" ? { redirectsDirectly: true } : {}),
  };
}
