/** What the floors above may use of the exchange. */
export { createExchange, type Exchange } from "./exchange.ts";
export type {
  ExchangeConfig,
  ExchangeInput,
  ExchangeOutput,
  ExchangeRecord,
  ExchangeResult,
  ExchangeUser,
  PickupConfig,
  ServiceKind,
  ServiceNumbers,
} from "./exchange-types.ts";
export { RELAYED_METHODS } from "./relayed-requests.ts";
export { EXCHANGE_EVENTS } from "./watching.ts";
