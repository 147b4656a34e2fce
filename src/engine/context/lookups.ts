import type { Json } from '../../base/json.ts';
import { get, isObject } from '../../base/json.ts';
import type { JmesPathEnvironment } from '../../expressions/jmespath/environment.ts';
import { compileJmesPath, search } from '../../expressions/jmespath/query.ts';
import type { ApiCallResponse, GlobalContextMock } from '../../kyverno/mocks.ts';
import type { ApiCallAnswer, Loaded, ServiceAnswer } from '../policy-context.ts';
import { type ImageReference, identifierOf, parseReference } from './image-reference.ts';
import type { Outside, Place } from './place.ts';

const isSuccess = (code: number): boolean => code >= 200 && code < 300;

/** What a person writes to have an answer. */
const declare = (field: string, kind: string): string =>
  `nothing outside the cluster is simulated: declare it under ${field} in a document of kind ${kind}`;

/** The declared answer: that for the method before that for all. */
function mockFor({ outside }: Place, method: string, url: string): ApiCallResponse | undefined {
  const ofUrl = outside.mocks.apiCallResponses.filter((response) => response.url === url);
  return (
    ofUrl.find((response) => response.method === method) ?? ofUrl.find(({ method: any }) => any === undefined)
  );
}

/**
 * A path of the API server, as the user. What the simulated server does not serve may be declared; else it is answered as a
 * server without it would, save for writes, which the real one would do.
 */
export function apiCall(
  place: Place,
  method: 'GET' | 'POST',
  urlPath: string,
  data: Json | undefined,
): ApiCallAnswer {
  const { reader, user, outside } = place;
  const answer = reader.raw(user, method, urlPath, data);
  const mock = answer === undefined || answer.code === 404 ? mockFor(place, method, urlPath) : undefined;
  const code = mock?.statusCode ?? answer?.code;
  if (code === undefined) return { error: `not simulated; ${declare('apiCallResponses', 'Values')}` };
  if (isSuccess(code)) return { value: mock?.body ?? answer?.body ?? null };
  const denied = outside.behaviour.namesDeniedApiCalls && (code === 401 || code === 403);
  return { error: rawErrorText(code), denied };
}

const RAW_ERRORS: ReadonlyMap<number, string> = new Map([
  [400, 'the server rejected our request for an unknown reason'],
  [401, 'the server has asked for the client to provide credentials'],
  // A raw request does not read the Status that the server sends with it.
  [403, 'unknown'],
  [404, 'the server could not find the requested resource'],
  [405, 'the server does not allow this method on the requested resource'],
  [409, 'the server reported a conflict'],
  [422, 'the server rejected our request due to an error in our request'],
  [503, 'the server is currently unable to handle the request'],
]);

/** The text that client-go gives a failed raw request (apimachinery, NewGenericServerResponse). */
const rawErrorText = (code: number): string =>
  RAW_ERRORS.get(code) ??
  (code >= 500
    ? `an error on the server ("unknown") has prevented the request from succeeding`
    : `the server responded with the status code ${code} but did not return more information`);

/** A declared answer of a service; a real cluster asks the network, this one says that there is none. */
export function service(place: Place, method: 'GET' | 'POST', url: string): ServiceAnswer {
  const mock = mockFor(place, method, url);
  if (mock === undefined)
    return { error: `${method} ${url}: ${declare('apiCallResponses', 'Values')}`, unreachable: true };
  if (isSuccess(mock.statusCode)) return { value: mock.body };
  const status = `${mock.statusCode} ${STATUS_TEXTS.get(mock.statusCode) ?? ''}`;
  return { error: `HTTP ${status.trimEnd()}: ${JSON.stringify(mock.body)}` };
}

/** Reason phrases of HTTP, as servers send them. */
const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [304, 'Not Modified'],
  [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [402, 'Payment Required'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [408, 'Request Timeout'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'Request Entity Too Large'],
  [415, 'Unsupported Media Type'],
  [418, "I'm a teapot"],
  [422, 'Unprocessable Entity'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
]);

/**
 * A global context entry, or with `entry.projection` (1.14 on) one of its projections. Declared data comes before what the
 * cluster has.
 */
export function globalContext({ outside }: Place, name: string): Loaded {
  const [entry = '', projection = ''] = outside.behaviour.globalContextProjections ? name.split('.') : [name];
  const mock = outside.mocks.globalContextEntries.find((declared) => declared.name === entry);
  if (mock !== undefined) return readMock(mock, projection, environmentOf(outside));
  return outside.globalContext?.get(entry, projection) ?? { error: `failed to fetch entry key=${entry}` };
}

const environmentOf = (outside: Outside): JmesPathEnvironment => ({
  now: outside.wallClock(),
  random: outside.random,
  libraries: outside.libraries,
});

/** JMESPath over data that no context holds. */
export function searchData(path: string, data: Json, environment: JmesPathEnvironment): Loaded {
  const compiled = compileJmesPath(path);
  return 'error' in compiled ? compiled : search(compiled.query, data, environment);
}

/** Declared data as the CLI resolves it: root, field path, projections (store/gctx_resolve.go). */
function readMock(mock: GlobalContextMock, projection: string, environment: JmesPathEnvironment): Loaded {
  const place = `globalContextEntries ${JSON.stringify(mock.name)}`;
  let root = mock.root;
  if (mock.fieldPath !== '') {
    const found = searchData(mock.fieldPath, root, environment);
    if ('error' in found) return { error: `${place} fieldPath: ${found.error}` };
    root = found.value;
  }
  const projected: [string, Json][] = [];
  for (const { name, path } of mock.projections) {
    const found = searchData(path, root, environment);
    if ('error' in found)
      return {
        error: `${place} projection ${JSON.stringify(name)} path ${JSON.stringify(path)}: ${found.error}`,
      };
    projected.push([name, found.value]);
  }
  const value: Json = mock.projections.length === 0 ? root : Object.fromEntries(projected);
  if (projection === '') return { value };
  const asked = `global context mock: projection ${JSON.stringify(projection)}`;
  if (!isObject(value)) return { error: `${asked} requested but value is not an object` };
  const one = get(value, projection);
  return one === undefined ? { error: `${asked} not found` } : { value: one };
}

const sameImage = (left: ImageReference | undefined, right: ImageReference): boolean =>
  left?.registry === right.registry &&
  left.repository === right.repository &&
  left.tag === right.tag &&
  left.digest === right.digest;

/** Data of an image in the shape of Kyverno's `imageRegistry` entries (engine/context/loaders/imagedata.go). */
export function imageData({ outside }: Place, reference: string): Loaded {
  const failed = `failed to fetch image descriptor: ${reference}, error: `;
  const wanted = parseReference(reference);
  if (wanted === undefined) return { error: `${failed}${failed}could not parse reference: ${reference}` };
  const mock = outside.mocks.images.find((image) => sameImage(parseReference(image.image), wanted));
  if (mock === undefined)
    return { error: `${failed}${failed}no registry is asked: ${declare('spec.images', 'Context')}` };
  const name = `${wanted.registry}/${wanted.repository}`;
  const digest = wanted.digest || mock.digest;
  return {
    value: {
      image: reference,
      resolvedImage: mock.resolvedImage || (digest === '' ? '' : `${name}@${digest}`),
      registry: mock.registry || wanted.registry,
      repository: mock.repository || wanted.repository,
      identifier: identifierOf(reference, wanted),
      manifestList: mock.imageIndex ?? null,
      manifest: mock.manifest ?? null,
      configData: mock.config ?? null,
    },
  };
}
