import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsCount } from '@prodlens/protocol';
import { FLOW_NEWS } from '../measure/sample-ring.js';
import { EndpointTotals } from './endpoint-totals.js';

const FACTS = { suspends: false, factor: 1, cpuShare: 0.5 };

/** Totals with endpoints 1 and 2, in which the functions from 100 on suspend. */
function totals() {
  const made = new EndpointTotals((id) => id >= 100);
  made.name({ id: 1, kind: 'http', method: 'GET', route: '/' });
  made.name({ id: 2, kind: 'job', method: 'bullmq', route: 'mails' });
  const call = (flow: number, id: number, ms: number, { weight = 1, caller = 0, calleesMs = 0 } = {}) =>
    made.take({ id, durationNs: ms * 1e6, weight, caller, calleesNs: calleesMs * 1e6, flow });
  const news = (flow: number, weight: number, endpoint: number, ms = 0, outboundMs = 0) =>
    made.take({ id: 0, durationNs: ms * 1e6, weight, caller: endpoint, calleesNs: outboundMs * 1e6, flow });
  return { made, call, news };
}

test('what came before the endpoint was known counts for it, and no flow counts for another', () => {
  const { made, call, news } = totals();
  call(1, 7, 2);
  call(2, 7, 4);
  news(1, FLOW_NEWS.endpointKnown, 1);
  call(1, 8, 3);
  news(2, FLOW_NEWS.waited, 0, 5, 6);
  news(2, FLOW_NEWS.failed, 2, 20);
  news(1, FLOW_NEWS.endedWell, 1, 10);
  const { endpoints, endpointFunctions } = made.fold(() => FACTS);
  const shown = endpoints
    .map(({ id, calls, errors, sumNs, maxNs, databaseNs, outboundNs, buckets }) => ({
      id,
      calls: [calls, errors, bucketsCount(buckets)],
      ms: [sumNs, maxNs, databaseNs, outboundNs].map((ns) => ns / 1e6),
    }))
    .sort((a, b) => a.id - b.id);
  assert.deepEqual(shown, [
    { id: 1, calls: [1, 0, 1], ms: [10, 10, 0, 0] },
    { id: 2, calls: [1, 1, 1], ms: [20, 20, 5, 6] },
  ]);
  assert.deepEqual(endpointFunctions.map((one) => [one.endpoint, one.function, one.calls, one.sumNs / 1e6]).sort(), [
    [1, 7, 1, 2],
    [1, 8, 1, 3],
    [2, 7, 1, 4],
  ]);
  assert.deepEqual(
    made.fold(() => FACTS),
    { endpoints: [], endpointFunctions: [] },
  );
});

test('a slot that is given to the next flow is of that one', () => {
  const { made, call, news } = totals();
  news(1, FLOW_NEWS.endedWell, 1, 1);
  call(1, 7, 2);
  news(1, FLOW_NEWS.endedWell, 2, 3);
  const { endpointFunctions } = made.fold(() => FACTS);
  assert.deepEqual(
    endpointFunctions.map((one) => [one.endpoint, one.function]),
    [[2, 7]],
  );
});

test('calls that stand for others are scaled, slow ones count once; time in callees is not a function’s own', () => {
  const { made, call, news } = totals();
  news(1, FLOW_NEWS.endpointKnown, 1);
  for (let i = 0; i < 3; i++) call(1, 8, 1, { weight: 4, caller: 7 });
  call(1, 8, 50, { weight: 4, caller: 7 });
  call(1, 7, 100);
  call(1, 100, 80, { calleesMs: 30, caller: 7 });
  const { endpointFunctions } = made.fold((id) => ({ ...FACTS, factor: id === 8 ? 2 : 1, suspends: id >= 100 }));
  const shown = Object.fromEntries(
    endpointFunctions.map((one) => [one.function, [one.calls, one.sumNs / 1e6, one.selfNs / 1e6, one.busyNs / 1e6]]),
  );
  assert.deepEqual(shown, {
    // 12 fast calls that stand for 24, of 1 ms each, and one of 50 ms.
    8: [25, 74, 74, 74],
    // Less 12 ms and 50 ms in the callee; what suspends runs beside it.
    7: [1, 100, 38, 38],
    // Of what it took processor time is half; 30 ms of it were callees'.
    100: [1, 80, 50, 40],
  });
});

test('an endpoint that has no name yet waits, and what is not to be reported is left out', () => {
  const { made, call, news } = totals();
  news(1, FLOW_NEWS.endpointKnown, 3);
  call(1, 7, 1);
  call(1, 8, 1);
  news(1, FLOW_NEWS.endedWell, 3, 2);
  assert.deepEqual(
    made.fold(() => FACTS),
    { endpoints: [], endpointFunctions: [] },
  );
  made.name({ id: 3, kind: 'http', method: 'GET', route: '/late' });
  const { endpoints, endpointFunctions } = made.fold((id) => (id === 8 ? null : FACTS));
  assert.deepEqual(
    [endpoints.map(({ id, calls }) => [id, calls]), endpointFunctions.map((one) => one.function)],
    [[[3, 1]], [7]],
  );
});

test('what a flow does before its endpoint is known has bounds, and what is left out is counted', () => {
  const { made, call, news } = totals();
  for (let i = 0; i < 2_500; i++) call(1, 7, 1);
  assert.equal(made.dropped, 500);
  news(1, FLOW_NEWS.endedWell, 1, 3_000);
  assert.equal(made.fold(() => FACTS).endpointFunctions[0]!.calls, 2_000);
});
