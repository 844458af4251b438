// Functions of each kind that the sensor treats apart, and where a peer that wraps functions by hand gets hold of them:
// everybody calls them through this object, also they themselves.

const LIST = [1, 2, 3, 4, 5, 6, 7, 8];

/** Cannot be known to whoever reads this file, so that its caller has to be timed. */
const compute = Function('n', 'return (n * 5 + 1) | 0');

function counted(n) {
  return (n * 3 + 1) | 0;
}

function caller(n) {
  return (compute(n) + 1) | 0;
}

function looping(n) {
  let sum = n;
  for (const item of LIST) sum = (sum + item) | 0;
  return sum;
}

function fibonacci(n) {
  return n < 2 ? n : functions.fibonacci(n - 1) + functions.fibonacci(n - 2);
}

function* generate(n) {
  yield n | 0;
}

async function asynchronous(n) {
  return (n + 1) | 0;
}

class Account {
  constructor() {
    this.balance = 0;
  }
  deposit(n) {
    this.balance = (this.balance + n) | 0;
    return this.balance;
  }
}

const functions = { counted, caller, looping, fibonacci, generate, asynchronous, Account };

const wrap = globalThis.benchWrap;
if (wrap !== undefined) {
  const { Account: _class, ...plain } = functions;
  for (const [name, wrapped] of Object.entries(plain)) functions[name] = wrap(name, wrapped);
  Account.prototype.deposit = wrap('deposit', Account.prototype.deposit);
}

module.exports = functions;
