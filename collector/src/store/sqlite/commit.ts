// Makes windows durable: the numbers of functions, the calls between them and what the process said of itself go to
// disk together or not at all.

import type { InstanceWindow } from '../store.js';
import type { Edges } from './edges.js';
import type { Instances } from './instances.js';
import type { Minutes } from './minutes.js';
import { type Database, transaction } from './open-database.js';

interface Parts {
  minutes: Minutes;
  edges: Edges;
  instances: Instances;
}

export function createCommit(db: Database, { minutes, edges, instances }: Parts) {
  return (windows: InstanceWindow[]): void => {
    let newestMinute = 0;
    try {
      transaction(db, () => {
        for (const window of windows) {
          if (!instances.note(window)) continue;
          minutes.add(window);
          edges.add(window);
          newestMinute = Math.max(newestMinute, Math.floor(window.endUnixMs / 60_000));
        }
        minutes.write();
        edges.write();
      });
    } catch (error) {
      minutes.forget();
      edges.forget();
      throw error;
    }
    minutes.committed(newestMinute);
    edges.committed(newestMinute);
  };
}
