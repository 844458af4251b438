// What stands where an answer would: it is on its way, there is nothing, it was refused, the collector is away.

import type { ComponentChildren } from 'preact';
import type { Answer } from '../state/answers.js';

/** Shows the answer, or why there is none. What was answered last stays while the collector is away. */
export function Answered<T>({ of, children }: { of: Answer<T>; children: (data: T) => ComponentChildren }) {
  if (of.data !== null) return <>{children(of.data)}</>;
  if (of.failure !== null) return <Failure title={titleOf(of.failure.status)} message={of.failure.message} />;
  return <Loading />;
}

export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading …</span>
      <div class="bone wide" />
      <div class="bone" />
      <div class="bone" />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="muted">{children}</div>}
    </div>
  );
}

export function Failure({ title, message }: { title: string; message: string }) {
  return (
    <div class="empty failure" role="alert">
      <p class="empty-title">{title}</p>
      <p class="muted">{message}</p>
    </div>
  );
}

function titleOf(status: number): string {
  if (status === 404) return 'There is no such thing';
  if (status === 403) return 'You may not see this';
  return status === 0 ? 'The collector is away' : 'That did not work';
}
