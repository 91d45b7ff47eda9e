/** What the floors above may use of the exchange. */
export { createExchange, type Exchange } from "./exchange.ts";
export {
  DEFAULT_DIGEST_ALGORITHMS,
  DEFAULT_SERVICE_NUMBERS,
  EXCHANGE_LIMITS,
  type ExchangeConfig,
  type ExchangeInput,
  type ExchangeOutput,
  type ExchangeRecord,
  type ExchangeResult,
  type ExchangeUser,
  type PickupConfig,
  type ServiceKind,
  type ServiceNumbers,
} from "./exchange-types.ts";
export { RELAYED_METHODS } from "./relayed-requests.ts";
export { EXCHANGE_EVENTS } from "./watching.ts";
