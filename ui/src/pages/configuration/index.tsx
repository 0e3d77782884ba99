import { Skeleton, Stack, Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Route, Routes, useNavigate, useParams } from 'react-router';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';

export default function ConfigurationPages() {
  return (
    <Routes>
      <Route path=":tab?" element={<Tabbed />} />
    </Routes>
  );
}

const TABS = {
  import: lazy(() => import('./ImportTab')),
  openapi: lazy(() => import('./OpenApiTab')),
  export: lazy(() => import('./ExportTab')),
};

function Tabbed() {
  const { tab = 'import' } = useParams();
  const navigate = useNavigate();
  return (
    <Stack>
      <PageHeader page="configuration" />
      <Tabs value={tab} keepMounted={false} onChange={(to) => navigate(`/configuration/${to}`, { replace: true })}>
        <Tabs.List>
          <Tabs.Tab value="import">{text.declared.import}</Tabs.Tab>
          <Tabs.Tab value="openapi">{text.openApi.tab}</Tabs.Tab>
          <Tabs.Tab value="export">{text.declared.export}</Tabs.Tab>
        </Tabs.List>
        {Object.entries(TABS).map(([name, Tab]) => (
          <Tabs.Panel key={name} value={name} pt="md">
            <Suspense fallback={<Skeleton height={512} />}>
              <Tab />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
