/** The licences of what other people wrote and the files of dist/ carry. */

export interface License {
  name: string;
  version: string;
  /** SPDX identifier. */
  identifier: string | null;
  /** Absent where the package has no licence file. */
  text?: string;
}

/** Licences that allow what this package does: be bundled, under the condition that they are shipped along. */
const ALLOWED = ['BSD-3-Clause', 'MIT'];

/** The text to ship. Throws where a package's licence is not one of those that are known to allow it. */
export function licenseText(licenses: readonly License[]): string {
  const packages = new Map<string, License>();
  for (const license of licenses) packages.set(`${license.name} ${license.version}`, license);
  const groups = new Map<string, string[]>();
  for (const [name, { identifier, text }] of packages) {
    if (identifier === null || !ALLOWED.includes(identifier))
      throw new Error(`${name} is in a bundle under ${identifier ?? 'no licence'}; allowed are ${ALLOWED.join(', ')}.`);
    // Lit's packages share one text, and one of them has no file of it.
    const same = [...packages.values()].find((other) => other.identifier === identifier && other.text !== undefined);
    const found = text ?? same?.text;
    if (found === undefined) throw new Error(`${name} is in a bundle and has no licence text.`);
    groups.set(found, [...(groups.get(found) ?? []), `${name} (${identifier})`]);
  }
  const parts = [...groups].map(([text, names]) => `${names.sort().join('\n')}\n\n${text.trim()}\n`);
  return ['The bundled files of this package contain:\n', ...parts].join('\n');
}
