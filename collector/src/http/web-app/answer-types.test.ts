// The web app declares for itself what some answers hold, since it cannot import the collector. Compiling this file holds
// its declarations equal to the collector's types.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Web from '../../../web/state/answer-types.js';
import type { Delivery } from '../../alerts/life/alert-book.js';
import type { ComparedFunction } from '../../query/deployments/compare.js';
import type { DeploymentSummary } from '../../query/deployments/deployment-notes.js';
import type { ServiceSummary } from '../../query/query.js';
import type { SensorMinute } from '../../query/sensors.js';
import type { MeasuringRule } from '../../store/store.js';

type Plain<T> = { [K in keyof T]: T[K] };
type Equal<A, B> = [Plain<A>, Plain<B>] extends [Plain<B>, Plain<A>] ? true : false;

const held: [
  Equal<Web.DeploymentAnswer, DeploymentSummary>,
  Equal<Web.ComparedFunctionAnswer, ComparedFunction>,
  Equal<Web.SensorMinuteAnswer, SensorMinute>,
  Equal<Web.MeasuringRuleAnswer, MeasuringRule>,
  Equal<Web.DeadLetterAnswer, Omit<Delivery, 'body'>>,
  Equal<Web.ServiceAnswer, ServiceSummary>,
] = [true, true, true, true, true, true];

test('the answers that the web app declares are those of the collector', () => {
  // The compiler has judged; what it let pass is all true.
  assert.ok(held.every(Boolean));
});
