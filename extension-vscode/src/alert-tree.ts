// The tree of alerts as plain data: service, deployment, alert, and below it where else its cause shows; each level in
// the order in which the collector ranks them. Pure, so that it can be tested without an editor. What an alert says and how bad it is are the collector's; a row
// says it in the order in which a narrow side bar can show it: what happened, then to what, then where.

import type { Alert, AlertReached } from '@prodlens/protocol';

export interface AlertNode {
  /** Another for each node, the same after a refresh. */
  id: string;
  label: string;
  description: string;
  tooltip: string;
  /** A product icon's name, and the theme's colour for it; null for the editor's own. */
  icon: { name: string; colour: string } | null;
  /** What its menu goes by: words with spaces between; '' for groups. */
  context: string;
  /** null for groups, and for what an alert reaches. */
  alert: Alert | null;
  /** Id of the alert whose line a click opens; null for groups. */
  opens: string | null;
  parent: AlertNode | null;
  children: AlertNode[];
}

const SEVERITY_ICONS = {
  critical: { name: 'error', colour: 'problemsErrorIcon.foreground' },
  warning: { name: 'warning', colour: 'problemsWarningIcon.foreground' },
  info: { name: 'info', colour: 'problemsInfoIcon.foreground' },
};
const SILENCED_ICONS = {
  muted: { name: 'bell-slash', colour: 'disabledForeground' },
  expected: { name: 'pass', colour: 'disabledForeground' },
};

/** `alerts` as the language server has them: those that cost most first. */
export function alertTree(alerts: Alert[]): AlertNode[] {
  const services = new Map<string, AlertNode>();
  const deployments = new Map<string, AlertNode>();
  const silencedLast = [...alerts].sort((a, b) => Number(isSilenced(a)) - Number(isSilenced(b)));
  for (const alert of silencedLast) {
    const { service, environment, deployment } = alert;
    const scope = `${service}\0${environment}`;
    const ofService = groupIn(services, scope, null, service, environment);
    const label = deployment ? `since ${deployment.version}` : 'without a deployment';
    const ofDeployment = groupIn(deployments, `${scope}\0${label}`, ofService, label, deployment?.author ?? '');
    ofDeployment.children.push(leafOf(alert, ofDeployment));
  }
  return [...services.values()];
}

/**
 * What is new put into the nodes that there are already, so that rows, selection and an open menu stay. `changed`: what
 * is to be drawn anew, in each the nodes below it; undefined stands for all, and nothing for what looks as before.
 */
export function renewed(
  known: AlertNode[],
  fresh: AlertNode[],
): { roots: AlertNode[]; changed: (AlertNode | undefined)[] } {
  const byId = new Map(allOf(known).map((node) => [node.id, node]));
  const changed: (AlertNode | undefined)[] = [];
  const renew = (node: AlertNode, parent: AlertNode | null): AlertNode => {
    const kept = byId.get(node.id) ?? node;
    const looks = kept === node || (lookOf(kept) === lookOf(node) && idsOf(kept.children) === idsOf(node.children));
    if (!looks) changed.push(kept);
    const children = [...node.children];
    Object.assign(kept, node, { parent });
    kept.children = children.map((child) => renew(child, kept));
    return kept;
  };
  if (idsOf(known) !== idsOf(fresh)) changed.push(undefined);
  return { roots: fresh.map((node) => renew(node, null)), changed };
}

/** Alerts in the order in which the tree shows them. */
export function leavesOf(nodes: AlertNode[]): AlertNode[] {
  return nodes.flatMap((node) => (node.alert ? [node] : leavesOf(node.children)));
}

/**
 * The open alert after (`step` 1) or before (-1) that with the id, around the end. The first or the last where none has
 * the id; undefined where none is open.
 */
export function stepFrom(id: string | null, step: 1 | -1, roots: AlertNode[]): AlertNode | undefined {
  const open = leavesOf(roots).filter(({ alert }) => alert?.state === 'open');
  const at = open.findIndex(({ alert }) => alert?.id === id);
  return at < 0 ? open.at(step === 1 ? 0 : -1) : open.at((at + step) % open.length);
}

function allOf(nodes: AlertNode[]): AlertNode[] {
  return nodes.flatMap((node) => [node, ...allOf(node.children)]);
}

function idsOf(nodes: AlertNode[]): string {
  return nodes.map(({ id }) => id).join('\n');
}

function lookOf({ label, description, tooltip, icon, context }: AlertNode): string {
  return JSON.stringify([label, description, tooltip, icon, context]);
}

function groupIn(
  groups: Map<string, AlertNode>,
  id: string,
  parent: AlertNode | null,
  label: string,
  description: string,
): AlertNode {
  const known = groups.get(id);
  if (known) return known;
  const group: AlertNode = {
    id,
    label,
    description,
    tooltip: '',
    icon: null,
    context: '',
    alert: null,
    opens: null,
    parent,
    children: [],
  };
  groups.set(id, group);
  parent?.children.push(group);
  return group;
}

function leafOf(alert: Alert, parent: AlertNode): AlertNode {
  const { id, title, severity, state, silence, closesWhen } = alert;
  const silenced = state === 'muted' || state === 'expected';
  const said = silenced ? [`${state === 'muted' ? 'Muted' : 'Expected'} by ${silence?.by}: ${silence?.reason}`] : [];
  const leaf: AlertNode = {
    id,
    label: labelOf(alert),
    description: [silenced ? state : '', placeOf(alert)].filter((part) => part !== '').join(' · '),
    tooltip: [title, ...said, closesWhen].filter((line) => line !== '').join('\n'),
    icon: silenced ? SILENCED_ICONS[state] : SEVERITY_ICONS[severity],
    context: contextOf(alert),
    alert,
    opens: id,
    parent,
    children: [],
  };
  leaf.children = (alert.reached ?? []).map((one) => reachedOf(one, leaf, alert));
  return leaf;
}

function reachedOf(reached: AlertReached, parent: AlertNode, { deployment }: Alert): AlertNode {
  return {
    id: `${parent.id}\0${reached.alertId}`,
    label: labelOf({ ...reached, deployment }),
    description: placeOf(reached),
    tooltip: `Also seen here: ${reached.title}`,
    icon: { name: 'call-incoming', colour: 'descriptionForeground' },
    context: '',
    alert: null,
    opens: reached.alertId,
    parent,
    children: [],
  };
}

/**
 * "41× slower: Cart.add" of "Cart.add is 41× slower since 2.0.0; it was …": the row above says the version, the tooltip
 * the whole sentence. The title as it is where it does not name the place.
 */
function labelOf({ title, place, deployment }: Pick<Alert, 'title' | 'place' | 'deployment'>): string {
  const name = nameOf(place);
  if (name === '' || !title.includes(name)) return title;
  const since = deployment === null ? '' : ` since ${deployment.version}`;
  const said = title.replace(since, '').replace(` of ${name}`, '');
  const rest = said.startsWith(name) ? said.slice(name.length).replace(/^(: | is | )/, '') : said;
  return `${rest.split(/[,;:] /)[0]}: ${name}`;
}

function nameOf(place: Alert['place']): string {
  if (place === null) return '';
  return place.type === 'function' ? place.name : [place.method, place.route].filter((part) => part !== '').join(' ');
}

/** An endpoint has no other place than its name. */
function placeOf({ place }: Pick<Alert, 'place'>): string {
  return place?.type === 'function' ? `${place.file}:${place.line}` : '';
}

function contextOf(alert: Alert): string {
  const { place, deployment } = alert;
  return [
    isSilenced(alert) ? 'silenced' : 'open',
    place?.type ?? 'service',
    ...(deployment && deployment.previousVersion !== '' ? ['comparable'] : []),
  ].join(' ');
}

function isSilenced({ state }: Alert): boolean {
  return state === 'muted' || state === 'expected';
}
