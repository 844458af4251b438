// The page of the function panel: a head that stays, and below it the function as it was told last. It asks nobody but the
// extension, by messages.

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { keep, tell } from './editor.js';
import { FunctionView } from './function-view.js';
import type { FunctionContent, PanelScope, ToPanel } from './messages.js';

const WINDOWS = ['15m', '1h', '6h', '24h', '7d'];

interface Shown {
  scope: PanelScope;
  /** null before the first answer. */
  content: FunctionContent | null;
  problem: string | null;
  canGoBack: boolean;
  focus: 'forensics' | null;
}

function Panel() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
      if (data.type === 'content') setShown({ ...data, problem: null });
      if (data.type === 'problem') {
        const { scope, message, canGoBack } = data;
        setShown((last) => {
          const content = last?.scope.functionId === scope.functionId ? last.content : null;
          return { scope, content, problem: message, canGoBack, focus: null };
        });
      }
      if ('scope' in data) keep(data.scope);
    });
    window.addEventListener('keydown', ({ altKey, key }) => altKey && key === 'ArrowLeft' && tell({ type: 'back' }));
    tell({ type: 'ready' });
  }, []);
  const functionId = shown?.content?.stats.id;
  useEffect(() => window.scrollTo(0, 0), [functionId]);
  useEffect(() => {
    if (shown?.focus !== 'forensics') return;
    const part = document.getElementById('forensics');
    part?.scrollIntoView();
    part?.focus();
  }, [shown]);
  if (shown === null) return <p class="none">Loading</p>;
  const { content, problem } = shown;
  return (
    <>
      {content !== null && <Head {...shown} content={content} />}
      {problem !== null && (
        <p class="notice" role="alert">
          {problem} {content !== null && 'These numbers are as last known.'}
        </p>
      )}
      {content !== null && <FunctionView key={functionId} content={content} />}
    </>
  );
}

function Head({ scope, content, canGoBack }: Shown & { content: FunctionContent }) {
  const { stats, environments } = content;
  const windows = WINDOWS.includes(scope.window) ? WINDOWS : [scope.window, ...WINDOWS];
  const choose = (part: Partial<PanelScope>) => tell({ type: 'choose', scope: { ...scope, ...part } });
  return (
    <header>
      <div class="title">
        {canGoBack && (
          <button type="button" class="plain" title="Back (Alt+Left)" onClick={() => tell({ type: 'back' })}>
            ←
          </button>
        )}
        <h1>{stats.name}</h1>
        <button type="button" class="link" onClick={() => tell({ type: 'openFunction' })}>
          {stats.file}:{stats.line}
        </button>
      </div>
      <div class="tools">
        <span class="muted about">
          {stats.service} · {stats.version}
          {environments.length === 1 && ` · ${stats.environment}`}
        </span>
        {environments.length > 1 && (
          <Choice name="Environment" value={stats.environment} of={environments} choose={choose} part="environment" />
        )}
        <Choice name="Window" value={scope.window} of={windows} choose={choose} part="window" />
        <button type="button" class="plain" onClick={() => tell({ type: 'copyForAgent' })}>
          Copy for an agent
        </button>
        <button type="button" class="plain" onClick={() => tell({ type: 'openWebApp' })}>
          Web app
        </button>
      </div>
    </header>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  of: string[];
  part: 'environment' | 'window';
  choose: (part: Partial<PanelScope>) => void;
}

function Choice({ name, value, of, part, choose }: ChoiceProps) {
  return (
    <select aria-label={name} value={value} onChange={(event) => choose({ [part]: event.currentTarget.value })}>
      {of.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

render(<Panel />, document.getElementById('panel')!);
