import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inProject } from '../../support/paths.ts';

/** Saves what the page shows as the next numbered picture in `test-results/e2e`. Returns its path. */
export async function saveScreenshot(page: Page, name: string): Promise<string> {
  const folder = inProject('test-results', 'e2e');
  await mkdir(folder, { recursive: true });
  const taken = (await readdir(folder)).filter((file) => file.endsWith('.png')).length;
  const path = join(folder, `${String(taken + 1).padStart(2, '0')}-${name}.png`);
  // What is on its way from one look to the other, such as a theme, is pictured as it ends.
  await page.screenshot({ path, animations: 'disabled' });
  return path;
}
