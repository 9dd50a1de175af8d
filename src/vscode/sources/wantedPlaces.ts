import type { ClaudePlaces } from './claudePlaces.ts';
import type { Place } from './place.ts';
import {
  editorPlace,
  type KnownFolder,
  localPlaces,
  managedPlace,
  parentPlaces,
  projectPlace,
  userPlace,
} from './places.ts';
import { isSwitchedOn, type SourceSwitch } from './sourceSwitches.ts';

/** The places to look at, in the order in which they are shown: the organization, folder by folder, above them, the person. */
export function wantedPlaces(folders: readonly KnownFolder[], claude: ClaudePlaces): readonly Place[] {
  const ifOn = (one: SourceSwitch, places: () => readonly Place[]) => (isSwitchedOn(one) ? places() : []);
  return [
    ...ifOn('managed', () => [managedPlace(folders, claude)]),
    ...folders.flatMap((folder) => [
      ...ifOn('project', () => [projectPlace(folder, folders)]),
      ...ifOn('local', () => localPlaces(folder, folders, claude)),
      ...ifOn('vscode', () => [editorPlace(folder, 'vscode')]),
      ...ifOn('cursor', () => [editorPlace(folder, 'cursor')]),
    ]),
    ...ifOn('parents', () => parentPlaces(folders)),
    ...ifOn('user', () => [userPlace(folders, claude)]),
  ];
}
