import type { ConfigurationSource } from '../../core/config/configurationSource.ts';
import type { Dialect } from '../../core/config/dialect.ts';
import type { PlacedFile } from './folderPlaces.ts';

/** All of a source but what is in it. */
export type SourcePlace = Omit<ConfigurationSource, 'configuration'>;

/** A place where servers may be configured, whether or not there is anything. */
export type Place =
  | {
      readonly kind: 'file';
      readonly source: SourcePlace;
      readonly file: PlacedFile;
      readonly dialect: Dialect;
      /** Whether it is listed even if it has no servers. */
      readonly isListedEmpty: boolean;
    }
  /** The part of `~/.claude.json` that is of one project; without a project, that of the person. */
  | { readonly kind: 'state'; readonly source: SourcePlace; readonly project?: string | undefined };
