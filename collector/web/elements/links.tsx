// Ways out of a page: to functions and endpoints, and to the line in an editor.

import type { ComponentChildren } from 'preact';
import { jetbrainsLink, useEditors } from '../state/editors.js';
import { useView } from '../state/view.js';

interface FunctionLinkProps {
  id: string;
  name: string;
  /** Whose numbers it leads to; undefined where the numbers beside it are of all that are shown. */
  environment: string | undefined;
}

/** To the page of a function, with the window and scope that are being looked at. */
export function FunctionLink({ id, name, environment }: FunctionLinkProps) {
  const { to } = useView();
  return (
    <a class="code" href={to('functions', id, environment === undefined ? {} : { environment })} title={name}>
      {name}
    </a>
  );
}

/** A function in a list: its name, and below it its line. */
export function FunctionCell({
  of: { id, name, service, environment, file, line },
}: {
  of: FunctionLinkProps & { service: string; file: string; line: number };
}) {
  return (
    <span class="two-lines">
      <FunctionLink id={id} name={name} environment={environment} />
      <Line service={service} file={file} line={line} functionId={id} />
    </span>
  );
}

/** "GET /orders", or what a job or schedule is called. */
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

/** To the line in VS Code and, where this browser is told of one, in a JetBrains IDE. */
export function EditorLinks({ service, file, line, functionId, alertId }: LineProps) {
  const place = `${file}:${line}`;
  const jetbrains = jetbrainsLink(useEditors(), service, file, line);
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
