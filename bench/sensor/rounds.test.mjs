import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failures, inTurns, NO_TIME, on } from './rounds.mjs';

const nodes = [
  { major: 20, version: '20.1.0' },
  { major: 22, version: '22.2.0' },
];
const subjects = [{ name: 'plain', often: true }, { name: 'peer' }, { name: 'broken' }];

test('all take turns, peers fewer of them, and who fails once is left out and said', async () => {
  const turns = [];
  const pairs = await inTurns({
    nodes,
    subjects,
    rounds: 3,
    peerRounds: 2,
    note: () => {},
    run: async (node, subject, round) => {
      if (subject.name === 'broken') throw new Error('no agent');
      turns.push(`${round} ${subject.name} ${node.major}`);
      return round;
    },
  });
  const [first, second, third] = [0, 1, 2].map((round) => turns.filter((turn) => turn.startsWith(`${round} `)));
  assert.deepEqual(first, ['0 plain 20', '0 peer 20', '0 plain 22', '0 peer 22']);
  assert.deepEqual(second, ['1 peer 22', '1 plain 22', '1 peer 20', '1 plain 20']);
  assert.deepEqual(third, ['2 plain 20', '2 plain 22']);
  assert.deepEqual(on(pairs, nodes[1], 'plain').results, [0, 1, 2]);
  assert.deepEqual(
    failures('calls', pairs).map(({ subject, node, reason, value }) => [subject, node, reason, value]),
    [
      ['broken', '20.1.0', 'no agent', null],
      ['broken', '22.2.0', 'no agent', null],
    ],
  );
});

test('when the time is up, what goals are held against has had one round, and peers say that they had none', async () => {
  let runs = 0;
  const pairs = await inTurns({
    nodes,
    subjects,
    rounds: 9,
    peerRounds: 9,
    note: () => {},
    run: async () => ++runs,
    isOver: () => runs >= 1,
  });
  assert.deepEqual(
    pairs.map(({ subject, node, results, failure }) => [subject.name, node.major, results.length, failure]),
    [
      ['plain', 20, 1, null],
      ['peer', 20, 0, NO_TIME],
      ['broken', 20, 0, NO_TIME],
      ['plain', 22, 1, null],
      ['peer', 22, 0, NO_TIME],
      ['broken', 22, 0, NO_TIME],
    ],
  );
});
