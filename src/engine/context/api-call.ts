import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getString, setKey } from '../../base/json.ts';
import type { ContextLoader, Loaded } from '../policy-context.ts';

/** Sends an API call whose variables are substituted (engine/apicall/executor.go); `name` is its entry's. */
export function executeCall(call: Json, name: string, loader: ContextLoader): Loaded {
  const method = getString(call, 'method') === 'POST' ? 'POST' : 'GET';
  const urlPath = getString(call, 'urlPath') ?? '';
  const data = method === 'POST' ? requestData(call) : undefined;
  if (urlPath === '') {
    const service = get(call, 'service');
    if (service === undefined || service === null) return { error: `missing service for APICall ${name}` };
    const answer = loader.service(method, getString(service, 'url') ?? '', data);
    if ('value' in answer || !answer.unreachable) return answer;
    return { error: `failed to execute HTTP request for APICall ${name}: ${answer.error}` };
  }
  const found = loader.apiCall(method, urlPath, data);
  if ('value' in found) return found;
  const denied = found.denied === true ? 'permission denied: ' : '';
  return {
    error: `failed to ${method} resource with ${loader.rawUrlText ?? 'raw url'}: ${urlPath}: ${denied}${found.error}`,
  };
}

function requestData(call: Json): JsonObject {
  const data: Record<string, Json> = {};
  for (const item of getList(call, 'data'))
    setKey(data, getString(item, 'key') ?? '', get(item, 'value') ?? null);
  return data;
}
