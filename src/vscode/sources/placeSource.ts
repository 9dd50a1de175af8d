import { type ClaudeState, projectIn } from '../../core/config/claudeState.ts';
import type { ConfigurationSource } from '../../core/config/configurationSource.ts';
import { type Configuration, rejected } from '../../core/config/parseConfiguration.ts';
import type { Place } from './place.ts';
import type { FileContent } from './watchedFile.ts';

/** What the files of the places were when they were last read. */
export interface PlaceContents {
  readonly file: (place: Place & { readonly kind: 'file' }) => FileContent<Configuration>;
  readonly state: FileContent<ClaudeState>;
}

/** A place with what is in it; `undefined` where there is nothing to show. */
export function placeSource(place: Place, contents: PlaceContents): ConfigurationSource | undefined {
  const configuration =
    place.kind === 'file' ? fileConfiguration(place, contents) : stateConfiguration(place, contents.state);
  if (configuration === undefined) {
    return undefined;
  }
  const isEmpty = configuration.servers.length === 0 && configuration.problem === undefined;
  return isEmpty && !(place.kind === 'file' && place.isListedEmpty)
    ? undefined
    : { ...place.source, configuration };
}

function fileConfiguration(
  place: Place & { readonly kind: 'file' },
  { file }: PlaceContents,
): Configuration | undefined {
  const content = file(place);
  return content.kind === 'read' ? content.value : ifUnreadable(content);
}

function stateConfiguration(
  { project }: Place & { readonly kind: 'state' },
  content: FileContent<ClaudeState>,
): Configuration | undefined {
  if (content.kind !== 'read') {
    // Said once, of the person's own servers.
    return project === undefined ? ifUnreadable(content) : undefined;
  }
  return project === undefined ? content.value.user : projectIn(content.value, project)?.local;
}

function ifUnreadable({ kind }: FileContent<unknown>): Configuration | undefined {
  switch (kind) {
    case 'unreadable':
      return rejected('The file cannot be read.');
    case 'tooLarge':
      return rejected('The file is larger than 50 MB.');
    default:
      return undefined;
  }
}
