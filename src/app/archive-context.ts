import { createContext, use } from 'react';
import type { Archive } from '../storage/archive.ts';

export const ArchiveContext = createContext<Archive | null>(null);

/** The archive for what pages write; what they read comes from their loader. */
export function useArchive(): Archive {
  const archive = use(ArchiveContext);
  if (archive === null) throw new Error('useArchive outside of the routes');
  return archive;
}
