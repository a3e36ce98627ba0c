// The floor under every server: one thread, one epoll, messages of one length.
//
//   floor REQUEST_BYTES REPLY_BYTES [--spin] [--net FILE --rows COUNT]
//
// It prints its port and sends the first bytes of each message back; with a net, the scores of the
// rows that begin at byte 64 stand in the reply from byte 64 on. It ends with its standard input.
#define _GNU_SOURCE
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { data_offset = 64, room = 1 << 17, peers_at_most = 4096 };

typedef struct {
  int socket;
  size_t held, unsent;
  uint8_t *input, *output;
} peer_t;

static size_t request_length, reply_length;
static int row_count;
static net_t net;

static void fail(const char *what) {
  perror(what);
  exit(71);
}

static void answer(const uint8_t *request, uint8_t *reply) {
  memcpy(reply, request, reply_length);
  if (!net.layers) return;
  const float *rows = (const float *)(request + data_offset);
  float *scores = (float *)(reply + data_offset);
  for (int row = 0; row < row_count; row++)
    scores[row] = net_score(&net, rows + row * net.width[0]);
}

static bool send_all(peer_t *peer) {
  for (size_t sent = 0; sent < peer->unsent;) {
    ssize_t count = send(peer->socket, peer->output + sent, peer->unsent - sent, MSG_NOSIGNAL);
    if (count > 0) sent += count;
    else if (errno != EAGAIN && errno != EINTR) return false;
  }
  peer->unsent = 0;
  return true;
}

/// Answers what is there; false at the end of the connection.
static bool serve(peer_t *peer) {
  ssize_t count = recv(peer->socket, peer->input + peer->held, room - peer->held, 0);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return false;
  if (count > 0) peer->held += count;
  size_t taken = 0;
  for (; peer->held - taken >= request_length; taken += request_length) {
    if (peer->unsent + reply_length > room && !send_all(peer)) return false;
    answer(peer->input + taken, peer->output + peer->unsent);
    peer->unsent += reply_length;
  }
  peer->held -= taken;
  memmove(peer->input, peer->input + taken, peer->held);
  return send_all(peer);
}

static void accept_peer(int poller, int listener) {
  peer_t *peer = calloc(1, sizeof *peer);
  int on = 1;
  peer->socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (peer->socket < 0) fail("accept4");
  peer->input = aligned_alloc(64, room);
  peer->output = aligned_alloc(64, room);
  setsockopt(peer->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, peer->socket, &event)) fail("epoll_ctl");
}

static int listening(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (listener < 0 || bind(listener, (void *)&address, length) || listen(listener, 1024) ||
      getsockname(listener, (void *)&address, &length))
    fail("listening");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **words) {
  bool spins = false;
  if (count < 3) return 64;
  request_length = strtoul(words[1], NULL, 10);
  reply_length = strtoul(words[2], NULL, 10);
  for (int i = 3; i < count; i++) {
    if (!strcmp(words[i], "--spin")) spins = true;
    else if (!strcmp(words[i], "--net") && i + 1 < count) net = net_read(words[++i]);
    else if (!strcmp(words[i], "--rows") && i + 1 < count) row_count = atoi(words[++i]);
    else return 64;
  }
  // The messages of one reception fit, whole, into the room, and so do their replies.
  if (request_length < reply_length || request_length < data_offset || request_length > room / 2)
    return 64;
  if (net.layers &&
      (request_length < data_offset + (size_t)row_count * net.width[0] * sizeof(float) ||
       reply_length < data_offset + row_count * sizeof(float)))
    return 64;

  int poller = epoll_create1(0), listener = listening();
  static char listener_mark, input_mark;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener_mark};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  event.data.ptr = &input_mark;
  epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, spins ? 0 : -1);
    for (int i = 0; i < ready; i++) {
      peer_t *peer = events[i].data.ptr;
      if (events[i].data.ptr == &input_mark) return 0;
      if (events[i].data.ptr == &listener_mark) accept_peer(poller, listener);
      else if (!serve(peer)) {
        close(peer->socket);
        free(peer->input);
        free(peer->output);
        free(peer);
      }
    }
  }
}
