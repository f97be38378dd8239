import type { ComponentType } from 'react';
import {
  type LazyRouteFunction,
  type LoaderFunction,
  type RouteObject,
  type ShouldRevalidateFunction,
} from 'react-router';
import type { Archive } from '../storage/archive.ts';
import { ArchiveContext } from './archive-context.ts';
import { RootError, RouteError } from './RouteError.tsx';
import { Shell, ShellSkeleton } from './Shell.tsx';

/**
 * What a module in `pages/` exports: its component, and how its data is read. `loader` is called once
 * with the archive; what it returns is the route's loader, run again after every change of the archive.
 */
type PageModule = {
  readonly Component: ComponentType;
  readonly loader?: (archive: Archive) => LoaderFunction;
  readonly shouldRevalidate?: ShouldRevalidateFunction;
};

export function createRoutes(archive: Archive): RouteObject[] {
  const page =
    (load: () => Promise<PageModule>): LazyRouteFunction<RouteObject> =>
    async () => {
      const { Component, loader, shouldRevalidate } = await load();
      return {
        Component,
        ...(loader === undefined ? {} : { loader: loader(archive) }),
        ...(shouldRevalidate === undefined ? {} : { shouldRevalidate }),
      };
    };
  const route = (path: string, load: () => Promise<PageModule>): RouteObject => ({
    path,
    lazy: page(load),
    ErrorBoundary: RouteError,
  });
  return [
    {
      element: (
        <ArchiveContext value={archive}>
          <Shell />
        </ArchiveContext>
      ),
      HydrateFallback: ShellSkeleton,
      ErrorBoundary: RootError,
      children: [
        route('/', () => import('./pages/PracticePage.tsx')),
        route('/practice/:promptId', () => import('./pages/RecordPage.tsx')),
        route('/attempts/:attemptId', () => import('./pages/ReviewPage.tsx')),
        route('/attempts/:attemptId/rescore', () => import('./pages/RescorePage.tsx')),
        route('/history', () => import('./pages/HistoryPage.tsx')),
        route('/prompts', () => import('./pages/PromptsPage.tsx')),
        route('/prompts/:promptId', () => import('./pages/PromptPage.tsx')),
        route('/settings', () => import('./pages/SettingsPage.tsx')),
        route('/settings/rubric', () => import('./pages/RubricPage.tsx')),
        route('/warm-up', () => import('./pages/WarmUpPage.tsx')),
        route('*', () => import('./pages/NotFoundPage.tsx')),
      ],
    },
  ];
}
