/**
 * The boundaries between the parts of src, as ESLint configurations. Plain JavaScript because eslint.config.js imports it.
 *
 * ESLint replaces a rule's options where two blocks match one file, so each block carries everything that holds for its
 * files.
 */

const PROXY = { regex: '(^|/)proxy(/|$)', message: 'The proxy holds credentials: nothing in the browser imports it.' };
const SERVER_LIBRARIES = {
  regex: '^(zod|hono|jose|redis)(/|$)',
  message: 'A server library: the browser files cannot afford it.',
};
const NODE = { regex: '^node:', message: 'src runs on Web-standard APIs only.' };

/** Only these files of the project may be imported. */
const only = (names, message) => ({ regex: `^(?!\\./(${names.join('|')})\\.ts$)`, message });

const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

const NODE_GLOBALS = ['Buffer', 'process', 'require', '__dirname', '__filename', 'setImmediate'].map((name) => ({
  name,
  message: 'src runs on Web-standard APIs only.',
}));

const DOM_GLOBALS = [
  'window', 'document', 'self', 'globalThis', 'location', 'history', 'navigator', 'customElements', 'open', 'close',
  'postMessage', 'BroadcastChannel', 'MessageChannel', 'localStorage', 'sessionStorage', 'fetch', 'addEventListener',
  'removeEventListener', 'dispatchEvent', 'setTimeout', 'setInterval', 'requestAnimationFrame', 'HTMLElement', 'Element',
  'Event', 'CustomEvent', 'EventTarget', 'Document', 'Window',
].map((name) => ({ name, message: 'Decisions live apart from the DOM: this file is pure.' })); // prettier-ignore

const globals = (...names) => ({ 'no-restricted-globals': ['error', ...names] });

const LIVERAMP = [
  String.raw`/(liveramp\.(com|net)|liveramp-api|integration-connections|oauth-connection|LR-Org-ID|x-api-key|oAuthEndpointID)/i`,
].flatMap((regex) => [`Literal[value=${regex}]`, `TemplateElement[value.raw=${regex}]`]);
const liveramp = LIVERAMP.map((selector) => ({
  selector,
  message: 'Only the liveramp-* files know the hosts and wire formats of LiveRamp.',
}));

const WINDOWS = [
  ':matches(MemberExpression[property.name="open"], MemberExpression[property.value="open"])[object.name=/^(window|self|globalThis|top|parent|opener)$/]',
  'CallExpression[callee.name="open"]',
  'MemberExpression[property.name="postMessage"]',
  'MemberExpression[property.name="opener"]:not([object.type="ThisExpression"])',
  'NewExpression[callee.name="BroadcastChannel"]',
  'MemberExpression[property.name="BroadcastChannel"]',
  'CallExpression:matches([callee.name="addEventListener"], [callee.property.name="addEventListener"])[arguments.0.value=/^message(error)?$/]',
  'AssignmentExpression[left.property.name="onmessage"]',
].map((selector) => ({
  selector,
  message: 'Only popup.ts and the redirect page touch windows, messages and channels.',
}));

/** `no-restricted-imports` does not see dynamic imports. */
const dynamicProxy = { selector: 'ImportExpression[source.value=/(^|\\/)proxy(\\/|$)/]', message: PROXY.message };

const syntax = (...selectors) => ({ 'no-restricted-syntax': ['error', ...selectors] });

/** @type {import('eslint').Linter.Config[]} */
export const boundaries = [
  {
    name: 'boundary/browser',
    files: ['src/**/*.ts'],
    ignores: ['src/proxy/**'],
    rules: {
      ...imports(PROXY, SERVER_LIBRARIES, NODE),
      ...globals(...NODE_GLOBALS),
      ...syntax(dynamicProxy, ...liveramp, ...WINDOWS),
    },
  },
  {
    name: 'boundary/windows',
    files: ['src/popup.ts', 'src/redirect*.ts'],
    rules: syntax(dynamicProxy, ...liveramp),
  },
  {
    name: 'boundary/redirect',
    files: ['src/redirect*.ts'],
    rules: imports(
      only(
        ['protocol', 'contract', 'redirect', 'redirect-announce'],
        'The redirect page knows the message shape and nothing else.',
      ),
    ),
  },
  {
    name: 'boundary/pure',
    files: ['src/flow.ts', 'src/protocol.ts', 'src/contract.ts', 'src/authorize-url.ts', 'src/times.ts'],
    rules: {
      ...imports(
        only(
          ['protocol', 'contract', 'errors', 'authorize-url', 'times'],
          'Decisions live apart from the DOM: this file imports data shapes and figures only.',
        ),
      ),
      ...globals(...NODE_GLOBALS, ...DOM_GLOBALS),
    },
  },
  {
    name: 'boundary/proxy',
    files: ['src/proxy/**/*.ts'],
    rules: {
      ...imports(NODE, {
        regex: '^(lit|@lit)(/|$)|^\\.\\./(?!(contract|protocol)\\.ts$)',
        message: 'The proxy shares the contract and the messages with the element, and nothing else.',
      }),
      ...globals(...NODE_GLOBALS),
      ...syntax(...liveramp),
    },
  },
  {
    name: 'boundary/liveramp',
    files: ['src/proxy/liveramp-*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
];
