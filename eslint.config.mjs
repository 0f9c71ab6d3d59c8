import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

const httpExceptions = [
  'HttpException',
  'BadRequestException',
  'UnauthorizedException',
  'ForbiddenException',
  'NotFoundException',
  'ConflictException',
  'UnprocessableEntityException',
  'InternalServerErrorException',
];

/** A route with Nest's own would go without the interceptors that every route of its kind has. */
const bareMethods = ['Post', 'Sse'];

const noHttpExceptions = {
  name: '@nestjs/common',
  importNames: httpExceptions,
  message: 'Throw a DomainError; apps/platform decides the HTTP status.',
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.data', 'coverage', 'apps/web/src/api/schema.ts'] },
  {
    files: ['**/*.ts'],
    ignores: ['apps/web/**', 'test/web/**'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowStaticOnly: true, allowConstructorOnly: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/prefer-literal-enum-member': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // DTO and option classes are shapes: an object literal that fits is one.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      // A constructor that only calls super still tells Nest what to inject.
      '@typescript-eslint/no-useless-constructor': 'off',
      // Aggregates arrive from the driver as text, whatever the row type says.
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      // Use cases take the actor first, also those that do not need it yet.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.object.name='process'][object.property.name='env']",
          message: 'Only libs/infra/config reads the environment.',
        },
        { selector: "MemberExpression[property.name='enterWith']", message: 'A scope is opened with run(), never entered.' },
      ],
      'no-restricted-imports': ['error', { paths: [noHttpExceptions] }],
    },
  },
  {
    files: ['apps/platform/**/*.ts'],
    ignores: ['apps/platform/src/http/methods.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [noHttpExceptions, { name: '@nestjs/common', importNames: bareMethods, message: 'Take it from http/methods.' }] },
      ],
    },
  },
  {
    files: ['libs/infra/config/**', '**/*spec.ts', 'test/**', 'bench/**', 'libs/infra/testing/**', 'freeradius/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*spec.ts', 'test/**/*.ts', 'freeradius/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Answers of the API are read as a client without our types reads them.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['scripts/**/*.mjs', 'bench/**/*.mjs', 'test/**/*.mjs', '*.mjs', '*.cjs'],
    extends: [...tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['apps/web/**/*.{ts,vue}', 'test/web/**/*.ts'],
    extends: [...tseslint.configs.recommended, ...vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
      // A table's state is handed down whole, to be changed by its parts.
      'vue/no-mutating-props': ['error', { shallowOnly: true }],
    },
  },
  prettier,
);
