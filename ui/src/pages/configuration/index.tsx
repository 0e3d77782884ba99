import { Stack, Tabs } from '@mantine/core';
import { Route, Routes, useNavigate, useParams } from 'react-router';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { ExportTab } from './ExportTab';
import { ImportTab } from './ImportTab';
import { OpenApiTab } from './OpenApiTab';

export default function ConfigurationPages() {
  return (
    <Routes>
      <Route path=":tab?" element={<Tabbed />} />
    </Routes>
  );
}

const TABS = { import: ImportTab, openapi: OpenApiTab, export: ExportTab };

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
            <Tab />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
