// What a request costs the program's thread, and how much of that is following it: the same service asked in its own
// process, without sockets, in turns. Where `http` says what it comes to in a service, this says it to a few µs on a
// machine that others use too.

import { quantile, summary } from '../statistics.mjs';
import { startProgram } from './process.mjs';
import { failures } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const TITLE = 'requests: express';
const METRIC = { metric: "program's thread", unit: 'µs a request' };
/** Turns in which V8 makes machine code of it all. */
const WARM_UP = 12;
const TURNS_A_ROUND = 12;
const FOLLOWING_GOAL_US = 10;

export async function requests({ nodes, rounds, note, isOver }) {
  const rows = [];
  for (const [at, node] of nodes.entries()) {
    const services = subjects('plain', 'AsyncLocalStorage', 'prodlens', 'prodlens, no requests').map((subject) => {
      const program = startProgram(node, subject, 'requests.cjs', { args: ['express'], deadlineMs: 600_000 });
      return { node, subject, program, results: [], failure: null };
    });
    try {
      await Promise.all(services.map(({ program }) => program.message()));
      for (let turn = -WARM_UP; turn < rounds * TURNS_A_ROUND; turn++) {
        if (turn >= TURNS_A_ROUND && isOver((at + 1) / nodes.length)) break;
        if (turn % TURNS_A_ROUND === 0) note(`Node ${node.major}, turn ${turn} of ${rounds * TURNS_A_ROUND}`);
        for (const { program, results } of turn % 2 === 0 ? services : services.toReversed()) {
          const { us } = await program.ask('requests');
          if (turn >= 0) results.push(us);
        }
      }
    } catch (error) {
      for (const service of services) service.failure ??= error.message;
    } finally {
      for (const { program } of services) await program.stop();
    }
    rows.push(...rowsOf(node, services), ...failures(TITLE, services));
  }
  return rows;
}

/** The quickest tenth of all turns is compared: see application/requests.cjs. */
function rowsOf(node, services) {
  if (services.some(({ results }) => results.length === 0)) return [];
  const quick = (name) => {
    const { results } = services.find(({ subject }) => subject.name === name);
    return quantile(
      results.toSorted((a, b) => a - b),
      0.1,
    );
  };
  const base = { case: TITLE, node: node.version, ...METRIC };
  const following = quick('prodlens') - quick('prodlens, no requests');
  const carrier = quick('AsyncLocalStorage') - quick('plain');
  return [
    ...services.map(({ subject: { name }, results }) => {
      const row = { ...base, subject: name, ...summary(results), value: quick(name) };
      return name === 'plain' ? row : { ...row, ratio: quick(name) / quick('plain') };
    }),
    { ...base, subject: 'AsyncLocalStorage', metric: "Node's carrier of a request's context alone", value: carrier },
    {
      ...base,
      subject: 'prodlens',
      metric: 'following a request',
      value: following,
      goal: FOLLOWING_GOAL_US,
      met: following <= FOLLOWING_GOAL_US,
    },
  ];
}
