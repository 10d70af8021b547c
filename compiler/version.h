#define LDOSC_VERSION "0.1"
