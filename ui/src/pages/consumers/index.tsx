import { consumers } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';
import { JwtCredentialFields } from './JwtCredentialFields';

export default function ConsumerPages() {
  return <EntityPages entity={consumers} bodies={{ jwt: (schema) => <JwtCredentialFields schema={schema} /> }} />;
}
