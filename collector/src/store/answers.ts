// Answers about numbers, for any engine: what its tables hold, and what is still on its way there (sqlite/intake.ts).
// While a question is answered nothing moves from the one to the other.

import { addTotals } from '@prodlens/protocol';
import { createPace, giveWay } from '../pace.js';
import { type FileSums, type FoldedFile, type FoldedMinute, ownTotals } from './minute-fold.js';
import { addEndpoints, type PackedEndpoints } from './packed/endpoint-blob.js';
import { addScalars, type ScalarSums } from './packed/scalar-blob.js';
import { addCall } from './sqlite/edges.js';
import type { Intake } from './sqlite/intake.js';
import type { CallTotals, DeploymentTotals, MinuteRange, Store } from './store.js';

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

/** `intake` is asked for at each question: the journal is opened by the first. */
export function createAnswers(stored: StoredNumbers, intake: () => Intake): Answers {
  return {
    async totals(range, deploymentIds, fileIds) {
      const asked = fileIds && new Set(fileIds);
      const found = new Map<string, DeploymentTotals>();
      const pace = createPace(giveWay);
      await intake().whileStill(deploymentIds, async () => {
        for (const [deploymentId, files] of await stored.totals(range, deploymentIds, fileIds)) {
          for (const [fileId, functions] of files) {
            for (const [functionId, sums] of functions) {
              found.set(`${deploymentId}/${functionId}`, { deploymentId, functionId, fileId, totals: ownTotals(sums) });
            }
            await pace();
          }
        }
        for (const { deployment: deploymentId, files } of intake().unwritten(range, deploymentIds)) {
          for (const { file: fileId, functions, isWritten } of files.values()) {
            if (isWritten || asked?.has(fileId) === false) continue;
            for (const [functionId, sums] of functions) {
              const key = `${deploymentId}/${functionId}`;
              const before = found.get(key);
              if (before !== undefined) addTotals(before.totals, sums);
              else found.set(key, { deploymentId, functionId, fileId, totals: ownTotals(sums) });
            }
            await pace();
          }
        }
      });
      return [...found.values()];
    },

    scalars(range, deploymentIds) {
      return intake().whileStill(deploymentIds, async () => {
        const { sums: found, isCounted } = await stored.scalars(range, deploymentIds);
        for (const id of deploymentIds) if (!found.has(id)) found.set(id, new Map());
        const pace = createPace(giveWay);
        for (const minute of intake().unwritten(range, deploymentIds)) {
          const sums = found.get(minute.deployment)!;
          for (const file of minute.files.values()) {
            if (isCounted(minute, file)) continue;
            for (const [id, totals] of file.functions) addScalars(sums, id, totals);
            await pace();
          }
        }
        return [...found].map(([deploymentId, functions]) => ({ deploymentId, functions }));
      });
    },

    calls(range, deploymentIds, functionIds) {
      const asked = new Set(functionIds);
      return intake().whileStill(deploymentIds, async () => {
        const { merged, leftOutCalls: storedLeftOut } = await stored.calls(range, deploymentIds, asked);
        let leftOutCalls = storedLeftOut;
        for (const minute of intake().unwritten(range, deploymentIds)) {
          if (minute.areOthersWritten) continue;
          leftOutCalls += minute.edges.leftOutCalls;
          for (const [callerId, callees] of minute.edges.callers) {
            for (const [calleeId, edge] of callees) {
              if (!asked.has(callerId) && !asked.has(calleeId)) continue;
              addCall(merged, { deploymentId: minute.deployment, callerId, calleeId, ...edge });
            }
          }
        }
        return { calls: [...merged.values()], leftOutCalls };
      });
    },

    endpointTotals(range, deploymentIds) {
      return intake().whileStill(deploymentIds, async () => {
        const found = await stored.endpoints(range, deploymentIds);
        for (const minute of intake().unwritten(range, deploymentIds)) {
          if (minute.areOthersWritten) continue;
          const sums: PackedEndpoints = found.get(minute.deployment) ?? new Map();
          addEndpoints(sums, minute.endpoints);
          found.set(minute.deployment, sums);
        }
        return [...found].flatMap(([deploymentId, endpoints]) =>
          [...endpoints].map(([endpointId, packed]) => ({ deploymentId, endpointId, ...packed })),
        );
      });
    },
  };
}
