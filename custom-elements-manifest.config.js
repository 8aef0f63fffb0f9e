/** What the analyzer reads; scripts/manifest.ts runs it. */
export default {
  // Their classes are all importable from the entry `element`.
  globs: ['src/destination-oauth.ts', 'src/events.ts', 'src/errors.ts'],
  litelement: true,
  quiet: true,
  // It is not to write its temporary folder into package.json.
  packagejson: false,
};
