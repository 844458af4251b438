// Ways out of a page: to functions and endpoints, and to the line in an editor.

import type { ComponentChildren } from 'preact';
import { useView } from '../state/view.js';

export function FunctionLink({ id, name }: { id: string; name: string }) {
  const { to } = useView();
  return (
    <a class="code" href={to('functions', id)} title={name}>
      {name}
    </a>
  );
}

export function endpointName({ method, route }: { method: string; route: string }): string {
  return method === '' ? route : `${method} ${route}`;
}

/** The file as it is deployed, with what opens it in an editor. */
export function Line({ service, file, line, functionId }: LineProps) {
  return (
    <span class="line">
      <span class="path" title={`${file}:${line}`}>
        {file}
        <span class="muted">:{line}</span>
      </span>
      <EditorLinks {...{ service, file, line }} {...(functionId !== undefined && { functionId })} />
    </span>
  );
}

interface LineProps {
  service: string;
  file: string;
  /** 1-based. */
  line: number;
  /** FunctionStats.id; VS Code finds the line by it also where the code has moved since. */
  functionId?: string;
  alertId?: string;
}

export function EditorLinks({ service, file, line, functionId, alertId }: LineProps) {
  const place = `${file}:${line}`;
  const jetbrains = `jetbrains://idea/navigate/reference?${new URLSearchParams({ project: service, path: place })}`;
  const subject =
    alertId !== undefined
      ? `alert=${encodeURIComponent(alertId)}`
      : functionId && `function=${encodeURIComponent(functionId)}`;
  return (
    <span class="editors">
      {subject !== undefined && (
        <EditorLink href={`vscode://prodlens.prodlens/open?${subject}`} name={`Open ${place} in VS Code`}>
          VS Code
        </EditorLink>
      )}
      <EditorLink href={jetbrains} name={`Open ${place} in JetBrains`}>
        JetBrains
      </EditorLink>
    </span>
  );
}

function EditorLink({ href, name, children }: { href: string; name: string; children: ComponentChildren }) {
  return (
    <a class="editor" href={href} title={name} aria-label={name}>
      {children}
    </a>
  );
}
