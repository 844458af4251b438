// Which deployments a question is about, and to which service in which environment a row of an answer belongs.

import type { Deployment } from '../../store/store.js';

export type DeploymentFilter = { [K in 'environment' | 'version' | 'revision']?: string | undefined };

/** What a filter does not name, it does not ask for. */
export function isAsked(deployment: Deployment, { environment, version, revision }: DeploymentFilter): boolean {
  return (
    (environment === undefined || deployment.environment === environment) &&
    (version === undefined || deployment.version === version) &&
    (revision === undefined || deployment.revision === revision)
  );
}

/** A scope is a service in an environment: what a row of an answer and a comparison of deployments belong to. */
export function scopeKey({ service, environment }: { service: string; environment: string }): string {
  return `${service.length} ${service} ${environment}`;
}
