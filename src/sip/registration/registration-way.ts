import { aorOf, credentialsOf } from "../account-book.ts";
import { ClientRequest, type RequestOwner } from "../client-request.ts";
import type { Stack } from "../stack.ts";
import type { SipAccount, SipAddress, SipHop } from "../user-agent-types.ts";
import type { AccountGroup } from "./account-group.ts";
import { Detour } from "./detour.ts";
import type { PathKeeper } from "./path-keeper.ts";
import {
  addressOf,
  contactOf,
  registerContacts,
  registerRequest,
  registrarUri,
} from "./register-request.ts";
import {
  REGISTRATION_IDLE,
  type RegistrationConfig,
  type RegistrationState,
} from "./registration.ts";

/** The registration of a group of accounts over one of its ways. */
export interface Registration {
  readonly group: AccountGroup;
  /** The account that registers, with this way's server for its own. */
  readonly account: SipAccount;
  /** 0 for the first; `reg-id` is one more. */
  readonly way: number;
  readonly config: RegistrationConfig;
  readonly callId: string;
  readonly fromTag: string;
  state: RegistrationState;
  sequence: number;
  request: ClientRequest | undefined;
  /** What the last refusal was, for the event. */
  refusal: { readonly status?: number; readonly reason: string };
  /** The Contact URI that the server has of us. */
  bound: string | undefined;
  keeper: PathKeeper | undefined;
  addressChanges: number;
  /** Where its registrar has sent it on to. */
  readonly detour: Detour;
}

/** A registration before its start. */
export function createRegistration(
  stack: Stack,
  group: AccountGroup,
  way: number,
  server: SipHop,
): Registration {
  const { createToken } = stack.config;
  const { backups, ...rest } = group.account;
  // The servers behind the first stand in for that one alone: the other ways are each other's.
  const account = { ...rest, server, ...(way === 0 && backups !== undefined ? { backups } : {}) };
  const contact = contactOf(stack, account, addressOf(server)) ?? "";
  const spreadSeed = `${aorOf(account)} ${contact}${way === 0 ? "" : ` ${way}`}`;
  return {
    group,
    account,
    way,
    config: { expiresS: account.expiresS, spreadSeed },
    callId: createToken(),
    fromTag: createToken(),
    state: REGISTRATION_IDLE,
    sequence: 0,
    request: undefined,
    refusal: { reason: "" },
    bound: undefined,
    keeper: undefined,
    addressChanges: 0,
    detour: new Detour(account, registrarUri(account)),
  };
}

/** A REGISTER over a way: to its server, or where that has sent it on to. */
export function registerAttempt(
  stack: Stack,
  registration: Registration,
  expiresS: number,
  owner: Omit<RequestOwner, "takeSequence">,
): ClientRequest {
  const { account, way, detour } = registration;
  const { place } = detour;
  const request = registerRequest(stack, registration, ++registration.sequence, expiresS);
  stack.accounts.setLedOn(account.id, place !== undefined);
  if (place !== undefined) {
    stack.log("info", `${account.id} is sent on to ${place.hop.host} to register`);
  }
  const own = account.backups === undefined ? {} : { backups: account.backups };
  const route =
    place === undefined
      ? { hop: account.server, ...own, fallback: stack.accounts.reachedOf(account.id, way) }
      : { hop: place.hop };
  return new ClientRequest(
    stack,
    {
      request: place === undefined ? request : { ...request, uri: place.uri },
      ...route,
      credentials: credentialsOf(account),
      contacts: (to) => registerContacts(stack, registration, to, registration.bound),
    },
    { ...owner, takeSequence: () => ++registration.sequence },
  );
}

/** Whether another server than the first one has the account, because the first one failed. */
export function isBackupOf(
  stack: Stack,
  { account: { server, backups = [] }, detour }: Registration,
  to: SipAddress,
  nowMs: number,
): boolean {
  const isFirst = server.host === to.host && (server.port ?? to.port) === to.port;
  const hasOthers = backups.length > 0 || server.host !== to.host;
  const isSentOn = detour.place !== undefined;
  return stack.blacklist.hasAny(nowMs) && !isFirst && hasOthers && !isSentOn;
}
