/** What editors complete from, made of the custom-elements manifest: files of dist/, by name. */
import type { Package } from 'custom-elements-manifest';
import { getVsCodeCssCustomData, getVsCodeHtmlCustomData } from 'custom-element-vs-code-integration';
import { getWebTypesData } from 'custom-element-jet-brains-integration';

export function editorData(manifest: Package): Record<string, string> {
  // The same shape; theirs is compiled without exactOptionalPropertyTypes.
  const theirs = manifest as Parameters<typeof getWebTypesData>[0];
  const files = {
    'vscode.html-custom-data.json': getVsCodeHtmlCustomData(theirs, {}),
    'vscode.css-custom-data.json': getVsCodeCssCustomData(theirs, {}),
    'web-types.json': getWebTypesData(theirs, {}),
  };
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, JSON.stringify(JSON.parse(text), null, 2) + '\n']),
  );
}
