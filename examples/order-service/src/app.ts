// The HTTP API. Routes translate between HTTP and the services; they decide nothing.

import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Catalogue } from './catalogue.js';
import { InvalidRequestError, RequestError } from './errors.js';
import { parseOrderRequest } from './order-request.js';
import type { OrderService } from './orders.js';

export function createApp(services: { orders: OrderService; catalogue: Catalogue; version: string }): Express {
  const { orders, catalogue, version } = services;
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '64kb' }));

  app.get('/health', (_request, response) => {
    response.json({ status: 'ok', version });
  });

  app.get('/products', (_request, response) => {
    response.json({ products: catalogue.list() });
  });

  app.post('/orders', async (request, response) => {
    const order = await orders.place(parseOrderRequest(request.body));
    response.status(201).location(`/orders/${order.id}`).json(order);
  });

  app.get('/orders/:id', (request, response, next) => {
    const order = orders.find(request.params.id);
    if (order === undefined) next();
    else response.json(order);
  });

  app.get('/orders', (request, response) => {
    const { customer } = request.query;
    if (typeof customer !== 'string') throw new InvalidRequestError('customer is missing.');
    response.json({ orders: orders.listByCustomer(customer) });
  });

  app.use(answerNotFound);
  app.use(answerError);
  return app;
}

const answerNotFound: RequestHandler = (request, response) => {
  response.status(404).json({ error: { code: 'not_found', message: `There is no ${request.path}.` } });
};

/** Express knows an error handler by its four parameters. */
const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (error instanceof RequestError) {
    response.status(error.status).json({ error: { code: error.code, message: error.message } });
  } else if (isBodyError(error)) {
    response.status(error.status).json({ error: { code: 'invalid_request', message: error.message } });
  } else {
    console.error(error);
    response.status(500).json({ error: { code: 'internal', message: 'The service failed.' } });
  }
};

/** What express.json() passes on: a body that is too large or not JSON. */
function isBodyError(error: unknown): error is Error & { status: number } {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;
}
