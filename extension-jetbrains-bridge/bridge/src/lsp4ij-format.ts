// The template format of LSP4IJ 0.20.1: the files of a template's folder, and the keys in each that its readers or
// its documentation name. LSP4IJ passes over a key that it does not know without a word, so a misspelt key is a
// setting that silently does nothing; here it is a problem. Knows nothing of Prodlens.

type Check = (value: unknown, at: string) => string[];

const text: Check = (value, at) => (typeof value === 'string' ? [] : [`${at} is not a string`]);
const flag: Check = (value, at) => (typeof value === 'boolean' ? [] : [`${at} is not a boolean`]);
const milliseconds: Check = (value, at) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? [] : [`${at} is not a whole number above 0`];
const anything: Check = () => [];

function list(item: Check): Check {
  return (value, at) =>
    Array.isArray(value) && value.length > 0
      ? value.flatMap((v, i) => item(v, `${at}[${i}]`))
      : [`${at} is not a list with an item`];
}

/** An object with all of the required keys, some of the optional ones, and no other. */
function object(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  const known = new Map([...Object.entries(required), ...Object.entries(optional)]);
  return (value, at) => {
    if (!isObject(value)) return [`${at} is not an object`];
    const missing = Object.keys(required).filter((key) => !Object.hasOwn(value, key));
    return [
      ...missing.map((key) => `${at}.${key} is missing`),
      ...Object.entries(value).flatMap(
        ([key, v]) => known.get(key)?.(v, `${at}.${key}`) ?? [`${at}.${key} is unknown`],
      ),
    ];
  };
}

/** An object with any keys, all of one kind. */
function map(item: Check): Check {
  return (value, at) =>
    isObject(value) ? Object.entries(value).flatMap(([key, v]) => item(v, `${at}.${key}`)) : [`${at} is not an object`];
}

/** For each operating system; `default` serves those that are not named. */
const perSystem = object({ default: text }, { windows: text, mac: text, unix: text });

const command: Check = (value, at) => (typeof value === 'string' ? [] : perSystem(value, at));

/** An object whose one key says what the task does. */
const task: Check = (value, at) => {
  const kinds = isObject(value) ? Object.keys(value) : [];
  const kind = kinds[0];
  if (!isObject(value) || kinds.length !== 1 || kind === undefined) return [`${at} is not one task`];
  const check = TASKS.get(kind);
  return check ? check(value[kind], `${at}.${kind}`) : [`${at}.${kind} is not a task that is known here`];
};

const chain = { id: text, onSuccess: task, onFail: task };
/** LSP4IJ's fourth task, `download`, is left out: npm alone installs the server. */
const TASKS = new Map<string, Check>([
  ['exec', object({ name: text, command }, { ...chain, workingDir: text, timeout: milliseconds, ignoreStderr: flag })],
  ['configureServer', object({ name: text, command }, { ...chain, update: flag })],
  ['showMessage', object({ name: text, content: text }, { ...chain, actions: list(task) })],
]);

/** The files that LSP4IJ reads from a template's folder, README.md apart; `template.json` alone must be there. */
const FILES = new Map<string, Check>([
  [
    'template.json',
    object(
      // Without a url LSP4IJ links to a page of its own documentation that bears the id; an empty one hides the link.
      { id: text, name: text, url: text, programArgs: perSystem },
      {
        workingDir: text,
        env: object({ includeSystemEnvironmentVariables: flag }, { variables: map(text) }),
        expandConfiguration: flag,
        disablePromotionFor: list(text),
        languageMappings: list(object({ language: text, languageId: text })),
        fileTypeMappings: list(
          object({ fileType: object({}, { name: text, patterns: list(text) }), languageId: text }),
        ),
      },
    ),
  ],
  ['settings.json', map(anything)],
  ['settings.schema.json', map(anything)],
  ['initializationOptions.json', map(anything)],
  ['experimental.json', map(anything)],
  ['workspaceFolderSettings.json', map(anything)],
  [
    'clientSettings.json',
    object(
      {},
      {
        caseSensitive: flag,
        lineCommentPrefix: text,
        blockCommentPrefix: text,
        blockCommentSuffix: text,
        statementTerminatorCharacters: text,
        uriSupport: map(anything),
        completion: map(anything),
        breadcrumbs: map(anything),
        editor: map(anything),
        format: map(anything),
        references: map(anything),
        workspaceSymbol: map(anything),
        jsonRpc: object({}, { useIntegerIds: flag }),
      },
    ),
  ],
  [
    'installer.json',
    object({ name: text, run: task }, { id: text, executeOnStartServer: flag, properties: map(text), check: task }),
  ],
]);

/**
 * What is wrong with a template's files, each with its place; empty when LSP4IJ takes them all as they are meant.
 * @param files JSON value of each file by its name, README.md left out
 */
export function templateProblems(files: ReadonlyMap<string, unknown>): string[] {
  const missing = files.has('template.json') ? [] : ['template.json is missing'];
  return [
    ...missing,
    ...[...files].flatMap(([name, value]) => FILES.get(name)?.(value, name) ?? [`${name} is unknown`]),
  ];
}

/** Neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
