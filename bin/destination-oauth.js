#!/usr/bin/env node
/** `npx destination-oauth check-proxy URL --account ID`: checks a proxy against the contract, from outside. */
import { parseArgs } from 'node:util';
import { checkProxy } from '../dist/conformance/index.js';

const USAGE = `destination-oauth check-proxy URL --account ID [options]

Checks a proxy against the contract of destination-oauth, from outside.

  --account ID       an account that the session may see, best one that can be authorized
  --origin ORIGIN    an origin that may embed the element (default: the proxy's own)
  --header "N: V"    sent with each request, to sign in; may be given more than once
  --no-begin         begins no authorization (else one is begun, and not finished)
  --json             the report as JSON

Exit status: 0 no rule failed, 1 some did, 2 the command cannot be understood.`;

const MARKS = { passed: '✓', failed: '✗', skipped: '–' };

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      account: { type: 'string' },
      origin: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      'no-begin': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [command, url, ...others] = positionals;
  if (command !== 'check-proxy' || !url || others.length > 0) throw new Error('Give check-proxy and one URL.');
  if (!values.account) throw new Error('--account is missing.');
  const headers = {};
  for (const header of values.header) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(header) ?? [];
    if (!name) throw new Error(`--header takes "name: value", not ${JSON.stringify(header)}.`);
    headers[name.toLowerCase()] = value;
  }
  const report = await checkProxy({
    url,
    account: values.account,
    headers,
    begin: !values['no-begin'],
    ...(values.origin && { origin: values.origin }),
  });
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else {
    for (const { outcome, rule, title, detail } of report.results) {
      console.log(`${MARKS[outcome]} ${rule.padEnd(24)} ${title}${detail ? `\n    ${outcome}: ${detail}` : ''}`);
    }
    const count = (outcome) => report.results.filter((result) => result.outcome === outcome).length;
    console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  }
  return report.ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
