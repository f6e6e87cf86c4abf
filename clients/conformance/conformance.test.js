// Tests all clients, one after another, with one server.
import { after, before, describe } from 'node:test'

import { startServer } from '../server.mjs'
import { apollo } from './apollo.js'
import { audits } from './audits.js'
import { graphqlSse } from './graphql-sse.js'
import { graphqlWs } from './graphql-ws.js'
import { relayClient } from './relay.js'
import { urql } from './urql.js'

const server = { url: '', stop() {} }
before(async () => Object.assign(server, await startServer()))
after(() => server.stop())

describe('graphql-http', () => audits(server))
describe('Apollo Client', () => apollo(server))
describe('urql', () => urql(server))
describe('Relay', () => relayClient(server))
describe('graphql-ws', () => graphqlWs(server))
describe('graphql-sse', () => graphqlSse(server))
