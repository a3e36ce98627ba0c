// A backend for Triton that computes the benchmark's net: Triton's own cost, with the cheapest
// compute there is. NET_FILE in the environment names the file of the net.
//
// Triton's package brings no headers; what is called of its interface is declared here, with its
// opaque pointers as plain ones. The server itself provides the functions.
#include "net.h"

#include <pthread.h>

enum { type_float32 = 11, memory_of_processor = 0, response_is_final = 1, release_all = 1 };

void *TRITONBACKEND_RequestInputByIndex(void *request, uint32_t index, void **input);
void *TRITONBACKEND_InputProperties(void *input, const char **name, int *type,
    const int64_t **shape, uint32_t *dimensions, uint64_t *bytes, uint32_t *buffers);
void *TRITONBACKEND_InputBuffer(void *input, uint32_t index, const void **buffer, uint64_t *bytes,
    int *memory, int64_t *memory_id);
void *TRITONBACKEND_ResponseNew(void **response, void *request);
void *TRITONBACKEND_ResponseOutput(void *response, void **output, const char *name, int type,
    const int64_t *shape, uint32_t dimensions);
void *TRITONBACKEND_OutputBuffer(
    void *output, void **buffer, uint64_t bytes, int *memory, int64_t *memory_id);
void *TRITONBACKEND_ResponseSend(void *response, uint32_t flags, void *error);
void *TRITONBACKEND_RequestRelease(void *request, uint32_t flags);

static net_t net;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) { net = net_read(getenv("NET_FILE")); }

// The rows as one piece; `copy` is to be freed where a request came in several.
static const float *gathered(void *input, uint64_t bytes, uint32_t buffers, float **copy) {
  const void *piece = NULL;
  uint64_t length = 0, offset = 0;
  int memory = memory_of_processor;
  int64_t memory_id = 0;
  TRITONBACKEND_InputBuffer(input, 0, &piece, &length, &memory, &memory_id);
  if (length >= bytes) return piece;
  *copy = malloc(bytes);
  for (uint32_t index = 0; index < buffers; index++, offset += length) {
    TRITONBACKEND_InputBuffer(input, index, &piece, &length, &memory, &memory_id);
    memcpy((char *)*copy + offset, piece, length);
  }
  return *copy;
}

static void score(void *request) {
  void *input = NULL, *output = NULL, *response = NULL, *scores = NULL;
  const int64_t *shape = NULL;
  uint32_t buffers = 0;
  uint64_t bytes = 0;
  int memory = memory_of_processor;
  int64_t memory_id = 0;
  float *copy = NULL;
  TRITONBACKEND_ResponseNew(&response, request);
  TRITONBACKEND_RequestInputByIndex(request, 0, &input);
  TRITONBACKEND_InputProperties(input, NULL, NULL, &shape, NULL, &bytes, &buffers);
  const float *rows = gathered(input, bytes, buffers, &copy);
  int64_t scores_shape[] = {shape[0], 1};
  TRITONBACKEND_ResponseOutput(response, &output, "scores", type_float32, scores_shape, 2);
  TRITONBACKEND_OutputBuffer(output, &scores, shape[0] * sizeof(float), &memory, &memory_id);
  for (int64_t row = 0; row < shape[0]; row++)
    ((float *)scores)[row] = net_score(&net, rows + row * net.width[0]);
  TRITONBACKEND_ResponseSend(response, response_is_final, NULL);
  TRITONBACKEND_RequestRelease(request, release_all);
  free(copy);
}

__attribute__((visibility("default"))) void *TRITONBACKEND_ModelInstanceExecute(
    void *instance, void **requests, uint32_t count) {
  (void)instance;
  pthread_once(&once, load);
  for (uint32_t index = 0; index < count; index++) score(requests[index]);
  return NULL;
}
