/** Every page, fetched when it is opened for the first time. */

import {
  IconActivity,
  IconAlertTriangle,
  IconBinaryTree,
  IconCertificate,
  IconChartLine,
  IconCloud,
  IconFileDiff,
  IconHistory,
  IconId,
  IconKey,
  IconLock,
  IconPlug,
  type IconProps,
  IconRocket,
  IconRoute,
  IconSend,
  IconShieldCheck,
  IconTag,
  IconUsers,
  IconVersions,
} from '@tabler/icons-react';
import { type ComponentType, lazy } from 'react';
import { text } from '../text';

export interface PageEntry {
  /** The first part of its path, and of the paths below it. */
  path: string;
  group: keyof typeof text.shell.groups;
  icon: ComponentType<IconProps>;
  page: ComponentType;
}

/** In the order of the navigation. */
export const pages: PageEntry[] = [
  { path: 'overview', group: 'traffic', icon: IconChartLine, page: lazy(() => import('../pages/overview')) },
  { path: 'requests', group: 'traffic', icon: IconActivity, page: lazy(() => import('../pages/requests')) },
  { path: 'services', group: 'traffic', icon: IconCloud, page: lazy(() => import('../pages/services')) },
  { path: 'routes', group: 'traffic', icon: IconRoute, page: lazy(() => import('../pages/routes')) },
  { path: 'plugins', group: 'traffic', icon: IconPlug, page: lazy(() => import('../pages/plugins')) },
  { path: 'upstreams', group: 'traffic', icon: IconBinaryTree, page: lazy(() => import('../pages/upstreams')) },
  { path: 'consumers', group: 'identity', icon: IconUsers, page: lazy(() => import('../pages/consumers')) },
  { path: 'keys', group: 'identity', icon: IconKey, page: lazy(() => import('../pages/keys')) },
  { path: 'key-sets', group: 'identity', icon: IconVersions, page: lazy(() => import('../pages/key-sets')) },
  { path: 'certificates', group: 'tls', icon: IconCertificate, page: lazy(() => import('../pages/certificates')) },
  {
    path: 'ca_certificates',
    group: 'tls',
    icon: IconShieldCheck,
    page: lazy(() => import('../pages/ca-certificates')),
  },
  { path: 'snis', group: 'tls', icon: IconTag, page: lazy(() => import('../pages/snis')) },
  { path: 'vaults', group: 'tls', icon: IconLock, page: lazy(() => import('../pages/vaults')) },
  { path: 'first-steps', group: 'tools', icon: IconRocket, page: lazy(() => import('../pages/first-steps')) },
  { path: 'jwt-studio', group: 'tools', icon: IconId, page: lazy(() => import('../pages/jwt-studio')) },
  { path: 'try', group: 'tools', icon: IconSend, page: lazy(() => import('../pages/try')) },
  { path: 'warnings', group: 'tools', icon: IconAlertTriangle, page: lazy(() => import('../pages/warnings')) },
  { path: 'history', group: 'tools', icon: IconHistory, page: lazy(() => import('../pages/history')) },
  {
    path: 'configuration',
    group: 'tools',
    icon: IconFileDiff,
    page: lazy(() => import('../pages/configuration')),
  },
];

/** What a page is called. */
export const labelOfPage = ({ path }: PageEntry): string => text.kinds[path]?.many ?? text.tools[path]?.title ?? path;

/** What a page is for. */
export const hintOfPage = ({ path }: PageEntry): string | undefined => text.kinds[path]?.hint ?? text.tools[path]?.hint;

/** Whether a page is for records of one kind, so that one can be made there. */
export const isOfRecords = ({ path }: PageEntry): boolean => text.kinds[path] !== undefined;
