// What a client can get wrong, each with the status and the code that the API answers. Anything else that is
// thrown is the service's own fault and becomes a 500 without details.

export class RequestError extends Error {
  constructor(
    /** HTTP status of the answer. */
    readonly status: number,
    /** Stable name for programs; the message is for people. */
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

export class InvalidRequestError extends RequestError {
  constructor(message: string) {
    super(400, 'invalid_request', message);
  }
}

export class UnknownProductError extends RequestError {
  constructor(sku: string) {
    super(422, 'unknown_product', `There is no product ${sku}.`);
  }
}

export class OutOfStockError extends RequestError {
  constructor(sku: string) {
    super(409, 'out_of_stock', `Product ${sku} is out of stock.`);
  }
}

export class RatesUnavailableError extends RequestError {
  constructor(path: string, options: { cause: unknown }) {
    super(502, 'rates_unavailable', `The rates provider did not answer ${path}.`);
    this.cause = options.cause;
  }
}
