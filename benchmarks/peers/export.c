/* The same work in one thread of C, as a yardstick: SQLite rows to TAB-separated text, igzip level 2,
 * WinZip AES-128 (AE-2), SHA-256 of every text.
 *
 * Build: gcc -O2 -o export export.c -lsqlite3 -lisal -lcrypto
 * Run:   ./export STORE ARCHIVE PASSWORD < SELECTS      (one line a table: NAME<TAB>SELECT)
 */
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK (256 * 1024)
#define MOST_ENTRIES 1000

typedef struct { char name[100]; uint64_t at, plain, packed; } Entry;
static Entry entries[MOST_ENTRIES];
static int entry_count;
static FILE *out;
static uint64_t place;
static EVP_CIPHER_CTX *aes;
static HMAC_CTX *mac;
static uint64_t counter;
static SHA256_CTX sha;
static struct isal_zstream stream;
static uint8_t level_buffer[ISAL_DEF_LVL2_DEFAULT];
static uint8_t text[BLOCK + 64 * 1024], packed[BLOCK * 2], pad[BLOCK * 2], counters[BLOCK * 2];
static size_t text_size;

static void die(const char *why) { fprintf(stderr, "%s\n", why); exit(1); }

static void put(const void *data, size_t size) {
    if (fwrite(data, 1, size, out) != size) die("cannot write");
    place += size;
}

static void put_number(uint64_t value, int bytes) {
    uint8_t little[8];
    for (int i = 0; i < bytes; i++) little[i] = value >> (8 * i);
    put(little, bytes);
}

/* Key stream of earlier calls is used up first: calls need not be whole AES blocks. */
static uint8_t left[16];
static int left_size;

static void lock_and_put(uint8_t *data, size_t size) {
    size_t done = 0;
    while (done < size && left_size) data[done++] ^= left[16 - left_size--];
    size_t blocks = (size - done + 15) / 16;
    for (size_t i = 0; i < blocks; i++) {
        counter++;
        memcpy(counters + 16 * i, &counter, 8);
        memset(counters + 16 * i + 8, 0, 8);
    }
    int made = 0;
    if (blocks) EVP_EncryptUpdate(aes, pad, &made, counters, (int)(16 * blocks));
    size_t rest = size - done;
    for (size_t i = 0; i < rest; i++) data[done + i] ^= pad[i];
    if (rest % 16) {
        left_size = 16 - (int)(rest % 16);
        memcpy(left, pad + 16 * (blocks - 1), 16);
    }
    HMAC_Update(mac, data, size);
    put(data, size);
}

static void pass_on(int is_last) {
    Entry *entry = &entries[entry_count];
    SHA256_Update(&sha, text, text_size);
    entry->plain += text_size;
    stream.next_in = text;
    stream.avail_in = (uint32_t)text_size;
    stream.end_of_stream = is_last;
    do {
        stream.next_out = packed;
        stream.avail_out = sizeof packed;
        if (isal_deflate(&stream) != COMP_OK) die("cannot compress");
        size_t size = sizeof packed - stream.avail_out;
        entry->packed += size;
        lock_and_put(packed, size);
    } while (stream.avail_out == 0);
    text_size = 0;
}

static void local_header(Entry *entry, int is_final) {
    put_number(0x04034b50, 4); put_number(51, 2); put_number(1, 2); put_number(99, 2);
    put_number(0x5a21, 4); put_number(0, 4);
    put_number(0xffffffff, 4); put_number(0xffffffff, 4);
    put_number(strlen(entry->name), 2); put_number(20 + 11, 2);
    put(entry->name, strlen(entry->name));
    put_number(1, 2); put_number(16, 2);
    put_number(is_final ? entry->plain : 0, 8);
    put_number(is_final ? entry->packed + 8 + 2 + 10 : 0, 8);
    put_number(0x9901, 2); put_number(7, 2); put_number(2, 2); put("AE", 2);
    put_number(1, 1); put_number(8, 2);
}

static void begin(const char *name, const char *password) {
    Entry *entry = &entries[entry_count];
    uint8_t salt[8], keys[34];
    snprintf(entry->name, sizeof entry->name, "%s.txt", name);
    entry->at = place;
    local_header(entry, 0);
    RAND_bytes(salt, 8);
    PKCS5_PBKDF2_HMAC_SHA1(password, (int)strlen(password), salt, 8, 1000, 34, keys);
    put(salt, 8); put(keys + 32, 2);
    EVP_EncryptInit_ex(aes, EVP_aes_128_ecb(), NULL, keys, NULL);
    EVP_CIPHER_CTX_set_padding(aes, 0);
    HMAC_Init_ex(mac, keys + 16, 16, EVP_sha1(), NULL);
    SHA256_Init(&sha);
    counter = 0; left_size = 0; text_size = 0;
    isal_deflate_init(&stream);
    stream.level = 2; stream.level_buf = level_buffer; stream.level_buf_size = sizeof level_buffer;
}

static void end(void) {
    Entry *entry = &entries[entry_count];
    uint8_t digest[32]; unsigned int size = 20;
    pass_on(1);
    HMAC_Final(mac, digest, &size);
    put(digest, 10);
    SHA256_Final(digest, &sha);
    uint64_t after = place;
    fseeko(out, (off_t)entry->at, SEEK_SET);
    local_header(entry, 1);
    fseeko(out, (off_t)after, SEEK_SET);
    place = after;
    entry_count++;
}

static void field(const uint8_t *data, size_t size) {
    if (text_size + 2 * size + 4 > sizeof text) {
        if (text_size) pass_on(0);
        if (2 * size + 4 > sizeof text) die("a field too long for a yardstick");
    }
    uint8_t *to = text + text_size;
    int is_hard = 0;
    for (size_t i = 0; i < size; i++) {
        uint8_t c = data[i];
        is_hard |= (c == '\t') | (c == '\n') | (c == '\r') | (c == '"');
        to[i] = c;
    }
    if (!is_hard) { text_size += size; return; }
    *to++ = '"';
    for (size_t i = 0; i < size; i++) { if (data[i] == '"') *to++ = '"'; *to++ = data[i]; }
    *to++ = '"';
    text_size = to - text;
}

static void write_table(sqlite3 *db, const char *name, const char *select, const char *password) {
    sqlite3_stmt *rows;
    if (sqlite3_prepare_v2(db, select, -1, &rows, NULL) != SQLITE_OK) die(sqlite3_errmsg(db));
    int columns = sqlite3_column_count(rows);
    begin(name, password);
    for (int c = 0; c < columns; c++) {
        const char *header = sqlite3_column_name(rows, c);
        field((const uint8_t *)header, strlen(header));
        text[text_size++] = c + 1 < columns ? '\t' : '\n';
    }
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int c = 0; c < columns; c++) {
            const unsigned char *data = sqlite3_column_text(rows, c);
            if (data) field(data, (size_t)sqlite3_column_bytes(rows, c));
            text[text_size++] = c + 1 < columns ? '\t' : '\n';
        }
        if (text_size >= BLOCK) pass_on(0);
    }
    sqlite3_finalize(rows);
    end();
}

static void directory(void) {
    uint64_t start = place;
    for (int i = 0; i < entry_count; i++) {
        Entry *e = &entries[i];
        put_number(0x02014b50, 4); put_number(51 | 3 << 8, 2); put_number(51, 2); put_number(1, 2);
        put_number(99, 2); put_number(0x5a21, 4); put_number(0, 4);
        put_number(0xffffffff, 4); put_number(0xffffffff, 4);
        put_number(strlen(e->name), 2); put_number(28 + 11, 2); put_number(0, 2); put_number(0, 2);
        put_number(0, 2); put_number(0x81800000u, 4); put_number(0xffffffff, 4);
        put(e->name, strlen(e->name));
        put_number(1, 2); put_number(24, 2); put_number(e->plain, 8);
        put_number(e->packed + 20, 8); put_number(e->at, 8);
        put_number(0x9901, 2); put_number(7, 2); put_number(2, 2); put("AE", 2);
        put_number(1, 1); put_number(8, 2);
    }
    uint64_t size = place - start;
    put_number(0x06054b50, 4); put_number(0, 4); put_number(entry_count, 2);
    put_number(entry_count, 2); put_number(size, 4); put_number(start, 4); put_number(0, 2);
}

int main(int count, char **arguments) {
    static char line[65536];
    sqlite3 *db;
    if (count != 4) die("STORE ARCHIVE PASSWORD");
    if (sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) die("no store");
    out = fopen(arguments[2], "wb");
    if (!out) die("no archive");
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    aes = EVP_CIPHER_CTX_new();
    mac = HMAC_CTX_new();
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    while (fgets(line, sizeof line, stdin)) {
        char *select = strchr(line, '\t');
        if (!select) die("a line without a TAB");
        *select++ = 0;
        write_table(db, line, select, arguments[3]);
    }
    directory();
    if (fclose(out)) die("cannot write");
    return 0;
}
