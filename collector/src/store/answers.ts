// Answers about numbers, for any engine: what its tables hold, and what is still on its way there (sqlite/intake.ts).
// While a question is answered nothing moves from the one to the other.

import { addTotals, type FunctionTotals } from '@prodlens/protocol';
import { type Pace, paceOf } from '../pace.js';
import { type FileSums, type FoldedFile, type FoldedMinute, ownTotals } from './minute-fold.js';
import { addEndpoints, type PackedEndpoints } from './packed/endpoint-blob.js';
import { ScalarSums } from './scalar-sums.js';
import { addCall } from './sqlite/edges.js';
import type { Intake } from './sqlite/intake.js';
import type { CallTotals, DeploymentTotals, EndpointSums, MinuteRange, Store } from './store.js';

/** What an engine's tables hold within a range, by deployment id; a deployment without data may be missing. */
export interface StoredNumbers {
  /** Not to be changed by who asked. Of all files where none are named. */
  totals(range: MinuteRange, deploymentIds: number[], fileIds?: number[]): Promise<Map<number, FileSums>>;
  scalars(range: MinuteRange, deploymentIds: number[]): Promise<StoredScalars>;
  /** Calls from and to the functions, by addCall's key. */
  calls(
    range: MinuteRange,
    deploymentIds: number[],
    functionIds: Set<number>,
  ): Promise<{ merged: Map<string, CallTotals>; leftOutCalls: number }>;
  /** Becomes whose asked. */
  endpoints(range: MinuteRange, deploymentIds: number[]): Promise<Map<number, PackedEndpoints>>;
}

/** Sums without histograms. */
export interface StoredScalars {
  /** By deployment id; become whose asked. */
  sums: Map<number, ScalarSums>;
  /** Whether they have what is written of the file. */
  isCounted(minute: FoldedMinute, file: FoldedFile): boolean;
}

export type Answers = Pick<Store, 'totals' | 'scalars' | 'calls' | 'endpointTotals'>;

/** Of one service: a question about them need not give way after each. */
const FEW_DEPLOYMENTS = 4;

/**
 * `intake` is asked for at each question: the journal is opened by the first. `isApart`: deployments are read one after the
 * other, and the numbers of one wait for no question about another; else all in one.
 */
export function createAnswers(stored: StoredNumbers, intake: () => Intake, { isApart }: { isApart: boolean }): Answers {
  /** Runs the steps for all of the deployments; none of their numbers moves meanwhile. */
  async function ofEach(deploymentIds: number[], pace: Pace, steps: (ids: number[]) => Promise<void>): Promise<void> {
    for (const ids of isApart ? deploymentIds.map((id) => [id]) : [deploymentIds]) {
      await intake().whileStill(ids, () => steps(ids));
      if (deploymentIds.length > FEW_DEPLOYMENTS) await pace();
    }
  }

  return {
    async totals(range, deploymentIds, fileIds) {
      const asked = fileIds && new Set(fileIds);
      const all: DeploymentTotals[] = [];
      const pace = paceOf(fileIds);
      await ofEach(deploymentIds, pace, async (ids) => {
        /** By deployment and function. */
        const found = new Map<number, Map<number, DeploymentTotals>>(ids.map((id) => [id, new Map()]));
        for (const [deploymentId, files] of await stored.totals(range, ids, fileIds)) {
          const own = found.get(deploymentId)!;
          for (const [fileId, functions] of files) {
            for (const [functionId, sums] of functions) {
              own.set(functionId, { deploymentId, functionId, fileId, totals: sums });
            }
            await pace();
          }
        }
        for (const { deployment: deploymentId, files } of intake().unwritten(range, ids)) {
          const own = found.get(deploymentId)!;
          for (const { file: fileId, functions, isWritten } of asked ? named(files, asked) : files.values()) {
            if (isWritten) continue;
            for (const [functionId, totals] of functions) {
              const before = own.get(functionId);
              if (before !== undefined) before.totals = added(before.totals, totals);
              else own.set(functionId, { deploymentId, functionId, fileId, totals });
            }
            await pace();
          }
        }
        for (const own of found.values()) for (const one of own.values()) all.push(one);
      });
      return all;
    },

    async scalars(range, deploymentIds) {
      const all: Awaited<ReturnType<Store['scalars']>> = [];
      const pace = paceOf();
      await ofEach(deploymentIds, pace, async (ids) => {
        const { sums, isCounted } = await stored.scalars(range, ids);
        for (const id of ids) if (!sums.has(id)) sums.set(id, new ScalarSums());
        for (const minute of intake().unwritten(range, ids)) {
          const own = sums.get(minute.deployment)!;
          for (const file of minute.files.values()) if (!isCounted(minute, file)) file.functions.addScalars(own);
          await pace();
        }
        for (const [deploymentId, functions] of sums) all.push({ deploymentId, functions });
      });
      return all;
    },

    async calls(range, deploymentIds, functionIds) {
      const asked = new Set(functionIds);
      const all: CallTotals[] = [];
      let leftOutCalls = 0;
      await ofEach(deploymentIds, paceOf(functionIds), async (ids) => {
        const { merged, leftOutCalls: storedLeftOut } = await stored.calls(range, ids, asked);
        leftOutCalls += storedLeftOut;
        for (const minute of intake().unwritten(range, ids)) {
          if (minute.areOthersWritten) continue;
          leftOutCalls += minute.edges.leftOutCalls;
          for (const [callerId, callees] of minute.edges.callers) {
            const isCaller = asked.has(callerId);
            for (const [calleeId, edge] of callees) {
              if (!isCaller && !asked.has(calleeId)) continue;
              addCall(merged, { deploymentId: minute.deployment, callerId, calleeId, ...edge });
            }
          }
        }
        for (const one of merged.values()) all.push(one);
      });
      return { calls: all, leftOutCalls };
    },

    async endpointTotals(range, deploymentIds) {
      const all: EndpointSums[] = [];
      await ofEach(deploymentIds, paceOf(), async (ids) => {
        const found = await stored.endpoints(range, ids);
        for (const minute of intake().unwritten(range, ids)) {
          if (minute.areOthersWritten) continue;
          const sums: PackedEndpoints = found.get(minute.deployment) ?? new Map();
          addEndpoints(sums, minute.endpoints);
          found.set(minute.deployment, sums);
        }
        for (const [deploymentId, endpoints] of found) {
          for (const [endpointId, packed] of endpoints) all.push({ deploymentId, endpointId, ...packed });
        }
      });
      return all;
    },
  };
}

/** The first of the two is somebody else's. */
function added(a: FunctionTotals, b: FunctionTotals): FunctionTotals {
  const own = ownTotals(a);
  addTotals(own, b);
  return own;
}

function* named(files: FoldedMinute['files'], ids: Set<number>): Generator<FoldedFile> {
  for (const id of ids) {
    const file = files.get(id);
    if (file !== undefined) yield file;
  }
}
