import { IconAlertTriangle, IconInfoCircle, IconXboxX } from '@tabler/icons-react';
import type { Severity } from './useFindings';

export const looks: Record<Severity, { color: string; Icon: typeof IconInfoCircle }> = {
  error: { color: 'red', Icon: IconXboxX },
  warning: { color: 'orange', Icon: IconAlertTriangle },
  info: { color: 'blue', Icon: IconInfoCircle },
};
