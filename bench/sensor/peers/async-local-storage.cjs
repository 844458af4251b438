// What Node alone takes to carry a request's context, which whoever follows requests pays: nothing is done with it.

const { AsyncLocalStorage } = require('node:async_hooks');
const diagnostics = require('node:diagnostics_channel');

const storage = new AsyncLocalStorage();
diagnostics.subscribe('http.server.request.start', () => storage.enterWith({}));
