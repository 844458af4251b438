// Secrets within a text, found by what they look like. Each pattern is linear: it starts only where a run of its
// characters starts, or takes a bounded number of them; a text has at most some thousand characters. A text may have been
// cut in the middle of a secret, so that what is long (keys, tokens) is known by how it begins.

import { type RedactionReason, redactionMark } from '../snapshot/captured-value.js';
import { isSecretName } from './secret-names.js';

export interface TextRules {
  emailAddresses: boolean;
  ipAddresses: boolean;
}

interface Detector {
  reason: RedactionReason;
  pattern: RegExp;
  /** Of a match, whether it is one. */
  is?: (match: string) => boolean;
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[\s\S]*?(?:-----END [A-Z ]{0,60}-----|$)/g;
/** Three parts of base64url, or the beginning of them: {" in base64 is eyJ. */
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}(?:(?:\.|%2E)[\w-]*){0,4}/g;
/** What providers put in front of their keys, so that they are found. */
const PROVIDER_KEY = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    '(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}',
    'AIza[\\w-]{20,}',
    'ya29\\.[\\w-]{10,}',
    'gh[pousr]_[A-Za-z0-9]{16,}',
    'github_pat_\\w{16,}',
    'gl(?:pat|ptt|dt|rt)-[\\w-]{16,}',
    'xox[abeoprs]-[\\w-]{10,}',
    'xapp-[\\w-]{10,}',
    '(?:sk|rk|pk|whsec)_(?:live|test)_\\w{8,}',
    'whsec_\\w{16,}',
    'sk-[\\w-]{20,}',
    'SG\\.[\\w-]{16,}(?:\\.[\\w-]*)?',
    'npm_[A-Za-z0-9]{20,}',
    'pypi-[\\w-]{20,}',
    'dckr_pat_[\\w-]{16,}',
    'hf_[A-Za-z0-9]{20,}',
    'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{16,}',
    'dop_v1_[a-f0-9]{16,}',
    'AC[a-f0-9]{32}',
    'SK[a-f0-9]{32}',
    'key-[a-f0-9]{32}',
    'prodlens_[\\w-]{20,}',
    '(?:hvs|hvb|s)\\.[A-Za-z0-9]{24,}',
  ].join('|')})`,
  'g',
);
const WEBHOOK = /hooks\.slack\.com\/(?:services|workflows)\/[\w/]+|discord(?:app)?\.com\/api\/webhooks\/[\w/-]+/g;
/** Long, of upper and lower case and digits: base64 of something random. */
const RANDOM = /(?<![\w+/=-])[\w+/-]{24,}={0,2}/g;
/** Digits in groups, as people and forms write them. */
const CARD = /(?<![\d.])\d(?:(?:[ +.-]|%20)?\d){11,18}(?!\d)/g;
const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
const IP4 = /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])/g;
const IP6 = /(?<![\w:])[\da-f:]{4,39}(?![\w:])/gi;

const SECRETS: Detector[] = [
  { reason: 'private key', pattern: PRIVATE_KEY },
  { reason: 'token', pattern: JSON_WEB_TOKEN },
  { reason: 'token', pattern: PROVIDER_KEY },
  { reason: 'token', pattern: WEBHOOK },
  { reason: 'card number', pattern: CARD, is: isCardNumber },
  { reason: 'token', pattern: RANDOM, is: isRandom },
];

/** scheme://user:password@host, and scheme://token@host. */
const USER_INFO = /\b([a-z][a-z\d+.-]{1,30}:\/\/)([^\s/@"'<>]{1,512})@/gi;
/** Authorization's value within a text. */
const SCHEME = /\b(bearer|basic|digest|negotiate|token|apikey)(\s+|%20)(["']?)([\w+/=.~:-]{6,})/gi;
/** The name and what stands before its value: name=value, name: value, "name":"value", with quotes escaped or not. */
const NAMED = /(?<![\w$-])([\w$.-]{2,80})(\\*["'`]?\]?\s{0,3}(?:=>|[:=]|%3[dD])\s{0,3})(\\*["'`])?/g;

/** A part of a form of several parts: its name, other headers, and its value up to the next part. */
const FORM_PART =
  /(\bname=(["']?)([^"'\r\n;]{1,80})\2(?:;[^\r\n]{0,200})?\r?\n(?:[^\r\n]{1,200}\r?\n){0,5}\r?\n)([\s\S]*?)(?=\r?\n--|$)/gi;

/** A text without the secrets in it, and what each of them was. `named`: those that stood under a secret name. */
export interface RedactedText {
  text: string;
  reasons: RedactionReason[];
  named: string[];
}

/** `isName`: a long one may well look random. */
export function redactText(original: string, rules: TextRules, isName = false): RedactedText {
  const found: RedactedText = { text: original, reasons: [], named: [] };
  if (original.length < 4) return found;
  const hide = (reason: RedactionReason) => {
    found.reasons.push(reason);
    return redactionMark(reason);
  };
  const first = SECRETS[0]!;
  let text = original.replace(first.pattern, () => hide(first.reason));
  text = text.replace(USER_INFO, (_whole, scheme: string, info: string) => {
    const password = info.slice(info.indexOf(':') + 1);
    if (password.length >= 4) found.named.push(password);
    return `${scheme}${hide('name')}@`;
  });
  text = text.replace(SCHEME, (whole, scheme: string, space: string, quote: string, credentials: string) => {
    const isOne = /^bearer$/i.test(scheme) ? /\d|[_.-]/.test(credentials) : isCredential(credentials);
    return isOne && !credentials.startsWith('[') ? `${scheme}${space}${quote}${hide('token')}` : whole;
  });
  text = text.replace(FORM_PART, (whole, head: string, _quote: string, name: string, value: string) => {
    if (value === '' || !isSecretName(name)) return whole;
    if (value.length >= 4) found.named.push(value);
    return head + hide('name');
  });
  text = redactNamed(text, found, hide);
  for (const { reason, pattern, is } of SECRETS.slice(1)) {
    if (isName && pattern === RANDOM) continue;
    text = text.replace(pattern, (match) => (is && !is(match) ? match : hide(reason)));
  }
  if (rules.emailAddresses) text = text.replace(EMAIL, () => hide('e-mail address'));
  if (rules.ipAddresses)
    text = text
      .replace(IP4, () => hide('IP address'))
      .replace(IP6, (match) => (isIp6(match) ? hide('IP address') : match));
  found.text = text;
  return found;
}

function redactNamed(text: string, found: RedactedText, hide: (reason: RedactionReason) => string): string {
  let result = '';
  let from = 0;
  const head = new RegExp(NAMED);
  for (let match = head.exec(text); match; match = head.exec(text)) {
    const [, name, , quote] = match;
    if (!isSecretName(name!.replace(/^.*\./, ''))) {
      // What stands behind may be a name itself: a=password=x.
      head.lastIndex = match.index + name!.length;
      continue;
    }
    const start = head.lastIndex;
    const end = endOfValue(text, start, quote);
    const value = text.slice(start, end);
    if (value.trim() === '' || /^(null|undefined|true|false|none)$/i.test(value) || value.startsWith('[redacted'))
      continue;
    if (value.length >= 4) found.named.push(value);
    result += text.slice(from, start) + hide('name');
    from = head.lastIndex = end;
  }
  return result + text.slice(from);
}

/** Where a value that starts here ends: at its closing quote, or at what cannot be part of it. */
function endOfValue(text: string, start: number, quote: string | undefined): number {
  if (quote !== undefined) {
    const close = text.indexOf(quote, start);
    return close < 0 ? text.length : close;
  }
  // A header's value goes on over spaces, a cookie's too.
  const isHeader = /(authorization|cookie)\s*:\s*$/i.test(text.slice(Math.max(0, start - 40), start));
  const ends = isHeader ? /[\n\r"'`}]/g : /[\s,;&})\]>"'`|\\]/g;
  ends.lastIndex = start;
  return ends.exec(text)?.index ?? text.length;
}

/** What a text holds that must not have left a process, e-mail and IP addresses apart; null for nothing. */
export function secretIn(text: string): RedactionReason | null {
  const { reasons } = redactText(text, { emailAddresses: false, ipAddresses: false });
  return reasons[0] ?? null;
}

/** Whether it is as the language writes names of functions and classes: `async Cart.add`, `#total`, `<anonymous>`. */
export function isIdentifier(name: string): boolean {
  return /^[\p{ID_Continue}$#.<>[\] ]{0,200}$/u.test(name);
}

/** As secretIn, of the name of a class or function; one that is no identifier may have been put together from data. */
export function secretInName(name: string): RedactionReason | null {
  return isIdentifier(name) ? secretInPath(name) : secretIn(name);
}

/** As secretIn, of a path, in which what is long and looks random is a hash. */
export function secretInPath(path: string): RedactionReason | null {
  return redactText(path, { emailAddresses: false, ipAddresses: false }, true).reasons[0] ?? null;
}

/** Luhn's check, and a first digit that a card has. */
export function isCardNumber(text: string): boolean {
  const digits = text.replaceAll('%20', '').replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 === 0;
}

function isCredential(text: string): boolean {
  return text.length >= 8 && (/\d/.test(text) || text.includes('=')) && /[A-Za-z]/.test(text);
}

function isRandom(text: string): boolean {
  if (text.split('/').length > 3 || /^[\da-f-]+$/i.test(text)) return false;
  const count = (kind: RegExp) => text.match(kind)?.length ?? 0;
  return count(/\d/g) >= 2 && count(/[A-Z]/g) >= 3 && count(/[a-z]/g) >= 3 && new Set(text).size >= 14;
}

/** Eight groups, or fewer and one "::" among three at least: a::b is something else. */
function isIp6(text: string): boolean {
  const groups = text.split(':').filter(Boolean);
  const gaps = text.split('::').length - 1;
  if (groups.some((group) => group.length > 4) || text.includes(':::') || /(?:^:[^:])|(?:[^:]:$)/.test(text))
    return false;
  return gaps === 0 ? groups.length === 8 : gaps === 1 && groups.length >= 3 && groups.length < 8;
}
