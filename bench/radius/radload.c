/* Load for a RADIUS server: logins or sessions of many users behind the routers of many tenants.
 *
 * Tenant t has a router at 127.<network>.<t / 250>.<1 + t % 250>; user u of every tenant is u00001…, with the password p00001…, on the
 * device 02:00:00:…. A window of requests is kept outstanding; each is repeated as it is when no answer comes, as routers do.
 * Prints one line of JSON. Usage: radload key=value …, see `settings`. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "digests.h"

enum { ACCESS_REQUEST = 1, ACCESS_ACCEPT = 2, ACCESS_REJECT = 3, ACCOUNTING_REQUEST = 4, ACCOUNTING_RESPONSE = 5 };
enum { USER_NAME = 1, USER_PASSWORD = 2, CHAP_PASSWORD = 3, NAS_IP_ADDRESS = 4, SERVICE_TYPE = 6, FRAMED_PROTOCOL = 7 };
enum { FRAMED_IP_ADDRESS = 8, CLASS = 25, VENDOR_SPECIFIC = 26, CALLED_STATION_ID = 30, CALLING_STATION_ID = 31 };
enum { ACCT_STATUS_TYPE = 40, ACCT_DELAY_TIME = 41 };
enum { ACCT_INPUT_OCTETS = 42, ACCT_OUTPUT_OCTETS = 43, ACCT_SESSION_ID = 44, ACCT_SESSION_TIME = 46, ACCT_TERMINATE_CAUSE = 49 };
enum { ACCT_INPUT_GIGAWORDS = 52, ACCT_OUTPUT_GIGAWORDS = 53, NAS_PORT_TYPE = 61, NAS_PORT_ID = 87 };
enum { MICROSOFT = 311, MS_CHAP_CHALLENGE = 11, MS_CHAP2_RESPONSE = 25 };
enum { START = 1, STOP = 2, INTERIM_UPDATE = 3 };

enum { IDS = 256, PACKET = 512, HEADER = 20, LATENCY_STEP_US = 20, LATENCY_STEPS = 500000 };

/* The socket of a router; 256 requests can be under way on each. */
struct line {
    int fd, tenant;
    uint8_t next_id;
    int request_of[IDS]; /* index + 1; 0: free */
};

struct request {
    int is_outstanding, line, tries, length, user, step;
    uint8_t id;
    double first_sent, last_sent;
    char session[24], class[40];
    uint8_t packet[PACKET];
};

static struct {
    char mode[12], host[64], secret[65];
    int port, network, first_tenant, tenants, users, window, tries, interims, bad_passwords;
    double warm_up, seconds, timeout, rate;
    long requests; /* instead of seconds */
} settings = {"pap", "127.0.0.1", "", 0, 1, 0, 1, 1000, 32, 3, 3, 0, 0, 5, 2, 0, 0};

static struct {
    long answers, done, accepted, rejected, lost, repeated;
    uint32_t latencies[LATENCY_STEPS];
} counts;

static struct line *lines;
static struct request *requests;
static int line_count, lines_each, epoll_fd, outstanding;
static long issued, sessions;
static uint64_t seed = 0x9e3779b97f4a7c15;

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

/* xorshift64*: the load is the same in every run. */
static uint64_t any(void)
{
    seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
    return seed * 0x2545f4914f6cdd1d;
}

static void any_bytes(uint8_t *bytes, int count)
{
    for (int i = 0; i < count; i += 8) {
        uint64_t value = any();
        memcpy(bytes + i, &value, 8);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* ---- packets ---- */

static void add(struct request *request, int type, const void *value, int length)
{
    uint8_t *at = request->packet + request->length;
    at[0] = (uint8_t)type, at[1] = (uint8_t)(length + 2);
    memcpy(at + 2, value, (size_t)length);
    request->length += length + 2;
}

static void add_text(struct request *request, int type, const char *text) { add(request, type, text, (int)strlen(text)); }

static void add_number(struct request *request, int type, uint32_t number)
{
    number = htonl(number);
    add(request, type, &number, 4);
}

static void add_microsoft(struct request *request, int type, const uint8_t *value, int length)
{
    uint8_t attribute[64] = {0, 0, MICROSOFT >> 8, MICROSOFT & 255, (uint8_t)type, (uint8_t)(length + 2)};
    memcpy(attribute + 6, value, (size_t)length);
    add(request, VENDOR_SPECIFIC, attribute, length + 6);
}

/* RFC 2865, section 5.2; our passwords fit into one block. */
static void add_pap(struct request *request, const char *password, const uint8_t *authenticator)
{
    uint8_t input[80], mask[MD_SIZE], hidden[MD_SIZE] = {0};
    size_t secret_length = strlen(settings.secret);
    memcpy(input, settings.secret, secret_length);
    memcpy(input + secret_length, authenticator, MD_SIZE);
    md5(input, secret_length + MD_SIZE, mask);
    memcpy(hidden, password, strlen(password));
    for (int i = 0; i < MD_SIZE; i++) hidden[i] ^= mask[i];
    add(request, USER_PASSWORD, hidden, MD_SIZE);
}

/* RFC 2865, section 5.3; the request authenticator is the challenge. */
static void add_chap(struct request *request, const char *password, const uint8_t *authenticator)
{
    uint8_t input[48], answer[1 + MD_SIZE];
    size_t length = strlen(password);
    input[0] = answer[0] = request->id;
    memcpy(input + 1, password, length);
    memcpy(input + 1 + length, authenticator, MD_SIZE);
    md5(input, 1 + length + MD_SIZE, answer + 1);
    add(request, CHAP_PASSWORD, answer, sizeof answer);
}

/* RFC 2759, section 8; in RADIUS as RFC 2548 says. */
static void add_mschapv2(struct request *request, const char *name, const char *password)
{
    uint8_t challenges[32 + 16], wide[64] = {0}, hash[21] = {0}, digest[SHA1_SIZE], answer[50] = {request->id};
    size_t name_length = strlen(name), length = strlen(password);
    any_bytes(challenges, 32);
    memcpy(challenges + 32, name, name_length);
    sha1(challenges, 32 + name_length, digest);
    for (size_t i = 0; i < length; i++) wide[2 * i] = (uint8_t)password[i];
    md4(wide, 2 * length, hash);
    memcpy(answer + 2, challenges, 16);
    for (int i = 0; i < 3; i++) des_encrypt(hash + 7 * i, digest, answer + 26 + 8 * i);
    add_microsoft(request, MS_CHAP_CHALLENGE, challenges + 16, 16);
    add_microsoft(request, MS_CHAP2_RESPONSE, answer, sizeof answer);
}

static int is_accounting(void) { return strcmp(settings.mode, "acct") == 0; }

/* What RouterOS says of a PPPoE subscriber. */
static void add_subscriber(struct request *request, const char *name)
{
    char device[24];
    snprintf(device, sizeof device, "02:00:00:%02X:%02X:%02X", request->user >> 16 & 255, request->user >> 8 & 255, request->user & 255);
    add_text(request, USER_NAME, name);
    add_number(request, NAS_IP_ADDRESS, 0xc0a85801); /* 192.168.88.1, as every router believes */
    add_number(request, SERVICE_TYPE, 2);
    add_number(request, FRAMED_PROTOCOL, 1);
    add_number(request, NAS_PORT_TYPE, 15);
    add_text(request, NAS_PORT_ID, "ether1");
    add_text(request, CALLED_STATION_ID, "pppoe1");
    add_text(request, CALLING_STATION_ID, device);
}

static void build_login(struct request *request, const char *name)
{
    uint8_t *authenticator = request->packet + 4;
    char password[24];
    snprintf(password, sizeof password, "%c%05d", settings.bad_passwords ? 'x' : 'p', request->user);
    any_bytes(authenticator, MD_SIZE);
    if (strcmp(settings.mode, "pap") == 0) add_pap(request, password, authenticator);
    else if (strcmp(settings.mode, "chap") == 0) add_chap(request, password, authenticator);
    else add_mschapv2(request, name, password);
}

static void build_record(struct request *request)
{
    int status = request->step == 0 ? START : request->step <= settings.interims ? INTERIM_UPDATE : STOP;
    uint64_t input = (uint64_t)request->step * 300000000, output = (uint64_t)request->step * 1500000000;
    add_number(request, ACCT_STATUS_TYPE, (uint32_t)status);
    add_text(request, ACCT_SESSION_ID, request->session);
    add_text(request, CLASS, request->class);
    /* A session takes a moment here. That it took five minutes from one record to the next is said by how late they are. */
    add_number(request, ACCT_DELAY_TIME, (uint32_t)(settings.interims + 1 - request->step) * 300);
    add_number(request, FRAMED_IP_ADDRESS, 0x0a000000 + (uint32_t)request->user);
    if (status == START) return;
    add_number(request, ACCT_SESSION_TIME, (uint32_t)request->step * 300);
    add_number(request, ACCT_INPUT_OCTETS, (uint32_t)input);
    add_number(request, ACCT_INPUT_GIGAWORDS, (uint32_t)(input >> 32));
    add_number(request, ACCT_OUTPUT_OCTETS, (uint32_t)output);
    add_number(request, ACCT_OUTPUT_GIGAWORDS, (uint32_t)(output >> 32));
    if (status == STOP) add_number(request, ACCT_TERMINATE_CAUSE, 1);
}

static void build(struct request *request)
{
    char name[24];
    snprintf(name, sizeof name, "u%05d", request->user);
    memset(request->packet, 0, HEADER);
    request->length = HEADER;
    request->packet[0] = is_accounting() ? ACCOUNTING_REQUEST : ACCESS_REQUEST;
    request->packet[1] = request->id;
    add_subscriber(request, name);
    if (is_accounting()) build_record(request);
    else build_login(request, name);
    request->packet[2] = (uint8_t)(request->length >> 8), request->packet[3] = (uint8_t)request->length;
    if (is_accounting()) { /* RFC 2866, section 3: the authenticator covers packet and secret */
        uint8_t input[PACKET + 64];
        size_t secret_length = strlen(settings.secret);
        memcpy(input, request->packet, (size_t)request->length);
        memcpy(input + request->length, settings.secret, secret_length);
        md5(input, (size_t)request->length + secret_length, request->packet + 4);
    }
}

/* ---- requests under way ---- */

static void transmit(struct request *request)
{
    request->last_sent = now();
    /* A full buffer is a lost packet, as on any network: it is repeated. */
    if (send(lines[request->line].fd, request->packet, (size_t)request->length, 0) < 0 && errno != EAGAIN && errno != ENOBUFS &&
        errno != ECONNREFUSED)
        fail("send: %s", strerror(errno));
}

static int take_id(struct request *request, int index)
{
    struct line *line = &lines[request->line];
    for (int looked = 0; looked < IDS; looked++) {
        uint8_t id = line->next_id++;
        if (line->request_of[id]) continue;
        line->request_of[id] = index + 1;
        request->id = id;
        return 1;
    }
    return 0;
}

static void release(struct request *request)
{
    lines[request->line].request_of[request->id] = 0;
    request->is_outstanding = 0;
    outstanding--;
}

/* Sends what comes next in this place: the next record of its session, or something new. */
static int issue(int index, int goes_on)
{
    struct request *request = &requests[index];
    if (goes_on) {
        request->step++;
    } else {
        request->step = 0;
        request->user = 1 + (int)(any() % (uint64_t)settings.users);
        request->line = (int)(any() % (uint64_t)line_count);
        snprintf(request->session, sizeof request->session, "81%x%lx", (unsigned)getpid(), sessions);
        /* As our own logins give it; other servers store it as they store anything. */
        snprintf(request->class, sizeof request->class, "jala:%016x%016lx", (unsigned)getpid(), sessions++);
    }
    if (!take_id(request, index)) return 0;
    request->is_outstanding = 1, request->tries = 1;
    outstanding++, issued++;
    build(request);
    request->first_sent = now();
    transmit(request);
    return 1;
}

/* @returns whether a session of this place goes on */
static int answered(struct request *request, int code, int is_counted)
{
    long step = (long)((now() - request->first_sent) * 1e6 / LATENCY_STEP_US);
    release(request);
    counts.answers++;
    if (is_counted) {
        counts.done++;
        counts.accepted += code == ACCESS_ACCEPT || code == ACCOUNTING_RESPONSE;
        counts.rejected += code == ACCESS_REJECT;
        counts.latencies[step < LATENCY_STEPS ? step : LATENCY_STEPS - 1]++;
    }
    return is_accounting() && request->step <= settings.interims;
}

/* Repeats what was not answered in time; @returns how many were given up. */
static void repeat(int is_counted)
{
    double time = now();
    for (int i = 0; i < settings.window; i++) {
        struct request *request = &requests[i];
        if (!request->is_outstanding || time - request->last_sent < settings.timeout) continue;
        if (request->tries++ < settings.tries) {
            counts.repeated += is_counted;
            transmit(request);
        } else {
            counts.lost += is_counted;
            release(request);
        }
    }
}

static void receive(int line_index, int is_counted, int may_issue)
{
    struct line *line = &lines[line_index];
    uint8_t packet[4096];
    while (recv(line->fd, packet, sizeof packet, 0) >= HEADER) {
        int index = line->request_of[packet[1]] - 1;
        if (index < 0) continue; /* the answer to a repetition */
        int goes_on = answered(&requests[index], packet[0], is_counted);
        if (goes_on && (may_issue || settings.requests)) issue(index, 1);
        else if (may_issue && settings.rate == 0) issue(index, 0);
    }
}

/* ---- the run ---- */

static void open_lines(void)
{
    lines_each = settings.tenants >= 16 ? 1 : 16 / settings.tenants;
    line_count = settings.tenants * lines_each;
    lines = calloc((size_t)line_count, sizeof *lines);
    requests = calloc((size_t)settings.window, sizeof *requests);
    epoll_fd = epoll_create1(0);
    if (!lines || !requests || epoll_fd < 0) fail("not enough memory");
    for (int i = 0; i < line_count; i++) {
        int tenant = settings.first_tenant + i / lines_each, size = 1 << 20;
        struct sockaddr_in source = {.sin_family = AF_INET}, server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings.port)};
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        source.sin_addr.s_addr = htonl(0x7f000000u | (uint32_t)settings.network << 16 | (uint32_t)(tenant / 250) << 8 | (uint32_t)(1 + tenant % 250));
        inet_pton(AF_INET, settings.host, &server.sin_addr);
        lines[i].tenant = tenant;
        lines[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (lines[i].fd < 0 || bind(lines[i].fd, (struct sockaddr *)&source, sizeof source) ||
            connect(lines[i].fd, (struct sockaddr *)&server, sizeof server) || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, lines[i].fd, &event))
            fail("router %d: %s", tenant, strerror(errno));
        setsockopt(lines[i].fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
}

/* With a rate: as many as are due, whatever the answers do. Otherwise: until the window is full. */
static void fill_window(double since)
{
    double due = settings.rate > 0 ? (now() - since) * settings.rate - (double)issued : settings.window;
    for (int i = 0; i < settings.window && due >= 1; i++) {
        if (settings.requests && issued >= settings.requests) return;
        if (!requests[i].is_outstanding && issue(i, 0)) due--;
    }
}

static double latency_ms(double share)
{
    double wanted = (double)counts.done * share, seen = 0;
    for (int i = 0; i < LATENCY_STEPS; i++)
        if ((seen += counts.latencies[i]) >= wanted && seen > 0) return (double)(i + 1) * LATENCY_STEP_US / 1000;
    return 0;
}

static void run(void)
{
    struct epoll_event events[256];
    double begin = now(), from = begin + settings.warm_up, until = from + settings.seconds, looked = begin, cpu = cpu_seconds(), end = 0;
    int is_counted = settings.warm_up == 0;
    if (settings.requests) until = 1e18;

    for (;;) {
        double time = now();
        int is_over = time >= until || (settings.requests && issued >= settings.requests);
        if (!is_counted && time >= from) is_counted = 1, from = time, cpu = cpu_seconds();
        if (time >= until && !end) end = time, cpu = cpu_seconds() - cpu, is_counted = 0;
        if (is_over && (outstanding == 0 || end)) break;
        if (!is_over) fill_window(begin);
        int ready = epoll_wait(epoll_fd, events, 256, settings.rate > 0 ? 1 : 20);
        for (int i = 0; i < ready; i++)
            receive((int)events[i].data.u32, is_counted, !(settings.requests && issued >= settings.requests));
        if (time - looked > 0.02) repeat(is_counted), looked = time;
    }
    if (!end) end = now(), cpu = cpu_seconds() - cpu;
    printf("{\"answers\":%ld,\"seconds\":%.3f,\"done\":%ld,\"accepted\":%ld,\"rejected\":%ld,\"lost\":%ld,\"repeated\":%ld,\"perSecond\":%.1f,"
           "\"p50Ms\":%.2f,\"p99Ms\":%.2f,\"p999Ms\":%.2f,\"cpu\":%.3f}\n",
           counts.answers, end - from, counts.done, counts.accepted, counts.rejected, counts.lost, counts.repeated, (double)counts.done / (end - from),
           latency_ms(0.5), latency_ms(0.99), latency_ms(0.999), cpu / (end - from));
}

static void set(const char *key, const char *value)
{
    double number = atof(value);
    if (!strcmp(key, "mode")) snprintf(settings.mode, sizeof settings.mode, "%s", value);
    else if (!strcmp(key, "host")) snprintf(settings.host, sizeof settings.host, "%s", value);
    else if (!strcmp(key, "port")) settings.port = (int)number;
    else if (!strcmp(key, "network")) settings.network = (int)number;
    else if (!strcmp(key, "first_tenant")) settings.first_tenant = (int)number;
    else if (!strcmp(key, "tenants")) settings.tenants = (int)number;
    else if (!strcmp(key, "users")) settings.users = (int)number;
    else if (!strcmp(key, "window")) settings.window = (int)number;
    else if (!strcmp(key, "tries")) settings.tries = (int)number;
    else if (!strcmp(key, "interims")) settings.interims = (int)number;
    else if (!strcmp(key, "bad_passwords")) settings.bad_passwords = (int)number;
    else if (!strcmp(key, "warm_up")) settings.warm_up = number;
    else if (!strcmp(key, "seconds")) settings.seconds = number;
    else if (!strcmp(key, "timeout")) settings.timeout = number;
    else if (!strcmp(key, "rate")) settings.rate = number;
    else if (!strcmp(key, "requests")) settings.requests = (long)number;
    else fail("There is no setting %s.", key);
}

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        char *value = strchr(arguments[i], '=');
        if (!value) fail("Not key=value: %s", arguments[i]);
        *value = 0;
        set(arguments[i], value + 1);
    }
    /* Not an argument: those can be read by every local user. */
    const char *secret = getenv("RADLOAD_SECRET");
    if (!secret || strlen(secret) > 64 || settings.port == 0 || settings.tenants < 1 || settings.users < 1 || settings.window < 1)
        fail("RADLOAD_SECRET, port, and at least one tenant, user and place in the window are needed.");
    snprintf(settings.secret, sizeof settings.secret, "%s", secret);
    open_lines();
    run();
    return 0;
}
