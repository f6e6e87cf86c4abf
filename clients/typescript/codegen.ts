// The configuration of the code generator.
import type { CodegenConfig } from '@graphql-codegen/cli'

export default {
  schema: '../../schema.graphql',
  documents: 'documents/*.graphql',
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.js',
        scalars: {
          ID: 'string',
          CurrencyCode: 'string',
          Date: 'string',
          DateTime: 'string',
          Decimal: 'string',
          Upload: 'Blob',
        },
        strictScalars: true,
      },
    },
  },
} satisfies CodegenConfig
