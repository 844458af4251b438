import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stats } from '../testing/stats.js';
import { chooseEnvironment, keepEnvironment, runningVersion } from './environment.js';

const calls = (environment: string, calls: number) => stats('add', { environment, calls });

test('the setting, else production where it was called, else where most calls were', () => {
  const both = [calls('staging', 1_000), calls('production', 1)];
  assert.equal(chooseEnvironment(both, ''), 'production');
  assert.equal(chooseEnvironment(both, 'staging'), 'staging');
  assert.equal(chooseEnvironment(both, 'qa'), 'qa');
  assert.equal(chooseEnvironment([calls('staging', 1), calls('production', 0)], ''), 'staging');
  assert.equal(chooseEnvironment([calls('qa', 5), calls('dev', 3), calls('dev', 3)], ''), 'dev');
  assert.equal(chooseEnvironment([calls('dev', 0), calls('production', 0)], ''), 'production');
  assert.equal(chooseEnvironment([calls('qa', 0), calls('dev', 0)], ''), 'dev');
  assert.equal(chooseEnvironment([], ''), 'production');
});

test('what was chosen stays chosen while it has calls', () => {
  const both = [calls('staging', 1), calls('production', 1_000)];
  assert.equal(keepEnvironment(both, '', ''), 'production');
  assert.equal(keepEnvironment(both, '', 'staging'), 'staging');
  assert.equal(keepEnvironment([], '', 'staging'), 'staging');
  assert.equal(keepEnvironment([], '', ''), 'production');
  assert.equal(keepEnvironment(both, 'qa', 'staging'), 'qa');
  assert.equal(keepEnvironment([calls('staging', 0), calls('production', 1)], '', 'staging'), 'production');
});

test('the latest version where it has functions of the file, else the one that has most', () => {
  const of = (...versions: string[]) => versions.map((version) => stats('add', { version }));
  assert.equal(runningVersion(of('1.0.0', '1.0.0', '2.0.0'), '2.0.0'), '2.0.0');
  assert.equal(runningVersion(of('1.0.0', '1.0.0', '0.9.0'), '2.0.0'), '1.0.0');
  assert.equal(runningVersion([], '2.0.0'), '');
});
