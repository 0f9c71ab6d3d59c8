#include "digests.h"

#include <string.h>

enum { BLOCK = 64 };

static uint32_t rotate(uint32_t value, unsigned bits) { return value << bits | value >> (32 - bits); }

static uint32_t little_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

typedef void (*compress_fn)(uint32_t *state, const uint8_t *block);

/* The padding all three share: a one bit, zeros, the length in bits at the end of the last block. */
static void digest_blocks(uint32_t *state, compress_fn compress, int is_big_endian, const uint8_t *data, size_t length)
{
    uint8_t tail[2 * BLOCK] = {0};
    size_t whole = length / BLOCK * BLOCK, rest = length - whole;
    size_t tail_size = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    uint64_t bits = (uint64_t)length * 8;

    for (size_t at = 0; at < whole; at += BLOCK) compress(state, data + at);
    memcpy(tail, data + whole, rest);
    tail[rest] = 0x80;
    for (int i = 0; i < 8; i++) tail[tail_size - 8 + i] = (uint8_t)(bits >> (is_big_endian ? 56 - 8 * i : 8 * i));
    for (size_t at = 0; at < tail_size; at += BLOCK) compress(state, tail + at);
}

static void little_endian_digest(const uint32_t state[4], uint8_t digest[MD_SIZE])
{
    for (int i = 0; i < MD_SIZE; i++) digest[i] = (uint8_t)(state[i / 4] >> 8 * (i % 4));
}

/* floor(2^32 * abs(sin(i + 1))) */
static const uint32_t MD5_CONSTANTS[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
    0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
    0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
    0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
    0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static void md5_compress(uint32_t *state, const uint8_t *block)
{
    static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

    for (unsigned i = 0; i < 64; i++) {
        uint32_t mix;
        unsigned word;
        switch (i / 16) {
        case 0: mix = (b & c) | (~b & d), word = i; break;
        case 1: mix = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
        case 2: mix = b ^ c ^ d, word = (3 * i + 5) % 16; break;
        default: mix = c ^ (b | ~d), word = 7 * i % 16; break;
        }
        uint32_t next = b + rotate(a + mix + MD5_CONSTANTS[i] + little_endian(block + 4 * word), shifts[i / 16][i % 4]);
        a = d, d = c, c = b, b = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

static void md4_compress(uint32_t *state, const uint8_t *block)
{
    static const uint8_t shifts[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    static const uint8_t third_round[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

    for (unsigned i = 0; i < 48; i++) {
        uint32_t mix;
        unsigned word, round = i / 16;
        switch (round) {
        case 0: mix = (b & c) | (~b & d), word = i; break;
        case 1: mix = ((b & c) | (b & d) | (c & d)) + 0x5a827999, word = i % 4 * 4 + i % 16 / 4; break;
        default: mix = (b ^ c ^ d) + 0x6ed9eba1, word = third_round[i % 16]; break;
        }
        uint32_t next = rotate(a + mix + little_endian(block + 4 * word), shifts[round][i % 4]);
        a = d, d = c, c = b, b = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

static void sha1_compress(uint32_t *state, const uint8_t *block)
{
    uint32_t words[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

    for (unsigned i = 0; i < 80; i++)
        words[i] = i < 16 ? big_endian(block + 4 * i) : rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    for (unsigned i = 0; i < 80; i++) {
        uint32_t mix;
        switch (i / 20) {
        case 0: mix = ((b & c) | (~b & d)) + 0x5a827999; break;
        case 1: mix = (b ^ c ^ d) + 0x6ed9eba1; break;
        case 2: mix = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc; break;
        default: mix = (b ^ c ^ d) + 0xca62c1d6; break;
        }
        uint32_t next = rotate(a, 5) + mix + e + words[i];
        e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

void md5(const uint8_t *data, size_t length, uint8_t digest[MD_SIZE])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    digest_blocks(state, md5_compress, 0, data, length);
    little_endian_digest(state, digest);
}

void md4(const uint8_t *data, size_t length, uint8_t digest[MD_SIZE])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    digest_blocks(state, md4_compress, 0, data, length);
    little_endian_digest(state, digest);
}

void sha1(const uint8_t *data, size_t length, uint8_t digest[SHA1_SIZE])
{
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    digest_blocks(state, sha1_compress, 1, data, length);
    for (int i = 0; i < SHA1_SIZE; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* The tables of FIPS 46-3; bits are counted from 1, the leftmost first. */
static const uint8_t INITIAL[64] = {58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22,
                                    14, 6,  64, 56, 48, 40, 32, 24, 16, 8, 57, 49, 41, 33, 25, 17, 9,  1,  59, 51, 43, 35,
                                    27, 19, 11, 3,  61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7};
static const uint8_t FINAL[64] = {40, 8,  48, 16, 56, 24, 64, 32, 39, 7,  47, 15, 55, 23, 63, 31, 38, 6,  46, 14, 54, 22,
                                  62, 30, 37, 5,  45, 13, 53, 21, 61, 29, 36, 4,  44, 12, 52, 20, 60, 28, 35, 3,  43, 11,
                                  51, 19, 59, 27, 34, 2,  42, 10, 50, 18, 58, 26, 33, 1,  41, 9,  49, 17, 57, 25};
static const uint8_t EXPANSION[48] = {32, 1,  2,  3,  4,  5,  4,  5,  6,  7,  8,  9,  8,  9,  10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
                                      16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1};
static const uint8_t PERMUTATION[32] = {16, 7, 20, 21, 29, 12, 28, 17, 1,  15, 23, 26, 5,  18, 31, 10,
                                        2,  8, 24, 14, 32, 27, 3,  9,  19, 13, 30, 6,  22, 11, 4,  25};
/* Permuted choice 1, with the bits counted without the parity bits that a key of 56 bits does not have. */
static const uint8_t CHOICE_1[56] = {50, 43, 36, 29, 22, 15, 8,  1,  51, 44, 37, 30, 23, 16, 9,  2,  52, 45, 38,
                                     31, 24, 17, 10, 3,  53, 46, 39, 32, 56, 49, 42, 35, 28, 21, 14, 7,  55, 48,
                                     41, 34, 27, 20, 13, 6,  54, 47, 40, 33, 26, 19, 12, 5,  25, 18, 11, 4};
static const uint8_t CHOICE_2[48] = {14, 17, 11, 24, 1,  5,  3,  28, 15, 6,  21, 10, 23, 19, 12, 4,  26, 8,  16, 7,  27, 20, 13, 2,
                                     41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32};
static const uint8_t BOXES[8][64] = {
    {14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
     4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13},
    {15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
     0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9},
    {10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
     13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12},
    {7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
     10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14},
    {2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
     4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3},
    {12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
     9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13},
    {4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
     1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12},
    {13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
     7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11}};

static uint64_t permute(uint64_t value, unsigned width, const uint8_t *table, unsigned count)
{
    uint64_t result = 0;
    for (unsigned i = 0; i < count; i++) result = result << 1 | (value >> (width - table[i]) & 1);
    return result;
}

void des_encrypt(const uint8_t key[7], const uint8_t block[8], uint8_t out[8])
{
    static const uint8_t turns[16] = {1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1};
    uint64_t key_bits = 0, value = 0;
    for (int i = 0; i < 7; i++) key_bits = key_bits << 8 | key[i];
    for (int i = 0; i < 8; i++) value = value << 8 | block[i];

    uint64_t halves = permute(key_bits, 56, CHOICE_1, 56);
    uint32_t c = (uint32_t)(halves >> 28), d = (uint32_t)(halves & 0xfffffff);
    value = permute(value, 64, INITIAL, 64);
    uint32_t left = (uint32_t)(value >> 32), right = (uint32_t)value;
    for (int round = 0; round < 16; round++) {
        c = (c << turns[round] | c >> (28 - turns[round])) & 0xfffffff;
        d = (d << turns[round] | d >> (28 - turns[round])) & 0xfffffff;
        uint64_t mixed = permute(right, 32, EXPANSION, 48) ^ permute((uint64_t)c << 28 | d, 56, CHOICE_2, 48);
        uint32_t chosen = 0;
        for (int box = 0; box < 8; box++) {
            unsigned six = (unsigned)(mixed >> (42 - 6 * box)) & 63;
            chosen = chosen << 4 | BOXES[box][(six & 32) | (six & 1) << 4 | (six >> 1 & 15)];
        }
        uint32_t next = left ^ (uint32_t)permute(chosen, 32, PERMUTATION, 32);
        left = right, right = next;
    }
    value = permute((uint64_t)right << 32 | left, 64, FINAL, 64);
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (56 - 8 * i));
}
