// Deployments with what pipelines said of them: the sensors know the version that runs, a pipeline who made it and why.

import type { Deployment } from '../../store/store.js';

/** What a pipeline said of a deployment. */
export type DeploymentNote = Pick<
  DeploymentSummary,
  'service' | 'environment' | 'version' | 'revision' | 'author' | 'link'
>;

export interface DeploymentSummary extends Omit<Deployment, 'id'> {
  /** In the pipeline's words; '' where it said nothing. */
  author: string;
  link: string;
}

/** Each with its note, by service, environment and version. A revision that the sensors know stands before the note's. */
export function noted(deployments: Deployment[], notes: DeploymentNote[]): DeploymentSummary[] {
  return deployments.map(({ id: _, ...deployment }) => {
    const { service, environment, version, revision } = deployment;
    const note = notes.find((n) => n.service === service && n.environment === environment && n.version === version);
    return {
      ...deployment,
      revision: revision || (note?.revision ?? ''),
      author: note?.author ?? '',
      link: note?.link ?? '',
    };
  });
}
