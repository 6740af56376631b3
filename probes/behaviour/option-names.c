/* option-names.c - socket options that option.defaults does not test
   SPDX-License-Identifier: GPL-3.0-or-later

   Such options take a structure, a name or a program, change the view of
   other programs, need a connection, or exist on few systems only.  */

#include <config.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

#include "probes/behaviour/option-names.h"

const char *const option_names_untested[] = {
#ifdef IP_ADD_MEMBERSHIP
    "IP_ADD_MEMBERSHIP",
#endif
#ifdef IP_ADD_SOURCE_MEMBERSHIP
    "IP_ADD_SOURCE_MEMBERSHIP",
#endif
#ifdef IP_BINDANY
    "IP_BINDANY",
#endif
#ifdef IP_BINDMULTI
    "IP_BINDMULTI",
#endif
#ifdef IP_BIND_ADDRESS_NO_PORT
    "IP_BIND_ADDRESS_NO_PORT",
#endif
#ifdef IP_BLOCK_SOURCE
    "IP_BLOCK_SOURCE",
#endif
#ifdef IP_BOUND_IF
    "IP_BOUND_IF",
#endif
#ifdef IP_CHECKSUM
    "IP_CHECKSUM",
#endif
#ifdef IP_DONTFRAG
    "IP_DONTFRAG",
#endif
#ifdef IP_DROP_MEMBERSHIP
    "IP_DROP_MEMBERSHIP",
#endif
#ifdef IP_DROP_SOURCE_MEMBERSHIP
    "IP_DROP_SOURCE_MEMBERSHIP",
#endif
#ifdef IP_FLOWID
    "IP_FLOWID",
#endif
#ifdef IP_FLOWTYPE
    "IP_FLOWTYPE",
#endif
#ifdef IP_FREEBIND
    "IP_FREEBIND",
#endif
#ifdef IP_HDRINCL
    "IP_HDRINCL",
#endif
#ifdef IP_IPSEC_POLICY
    "IP_IPSEC_POLICY",
#endif
#ifdef IP_MINTTL
    "IP_MINTTL",
#endif
#ifdef IP_MSFILTER
    "IP_MSFILTER",
#endif
#ifdef IP_MTU
    "IP_MTU",
#endif
#ifdef IP_MTU_DISCOVER
    "IP_MTU_DISCOVER",
#endif
#ifdef IP_MULTICAST_ALL
    "IP_MULTICAST_ALL",
#endif
#ifdef IP_MULTICAST_IF
    "IP_MULTICAST_IF",
#endif
#ifdef IP_MULTICAST_IFINDEX
    "IP_MULTICAST_IFINDEX",
#endif
#ifdef IP_MULTICAST_LOOP
    "IP_MULTICAST_LOOP",
#endif
#ifdef IP_MULTICAST_TTL
    "IP_MULTICAST_TTL",
#endif
#ifdef IP_MULTICAST_VIF
    "IP_MULTICAST_VIF",
#endif
#ifdef IP_NODEFRAG
    "IP_NODEFRAG",
#endif
#ifdef IP_ONESBCAST
    "IP_ONESBCAST",
#endif
#ifdef IP_OPTIONS
    "IP_OPTIONS",
#endif
#ifdef IP_ORIGDSTADDR
    "IP_ORIGDSTADDR",
#endif
#ifdef IP_PASSSEC
    "IP_PASSSEC",
#endif
#ifdef IP_PKTINFO
    "IP_PKTINFO",
#endif
#ifdef IP_PKTOPTIONS
    "IP_PKTOPTIONS",
#endif
#ifdef IP_PORTRANGE
    "IP_PORTRANGE",
#endif
#ifdef IP_RECVDSTADDR
    "IP_RECVDSTADDR",
#endif
#ifdef IP_RECVERR
    "IP_RECVERR",
#endif
#ifdef IP_RECVERR_RFC4884
    "IP_RECVERR_RFC4884",
#endif
#ifdef IP_RECVFLOWID
    "IP_RECVFLOWID",
#endif
#ifdef IP_RECVFRAGSIZE
    "IP_RECVFRAGSIZE",
#endif
#ifdef IP_RECVIF
    "IP_RECVIF",
#endif
#ifdef IP_RECVOPTS
    "IP_RECVOPTS",
#endif
#ifdef IP_RECVORIGDSTADDR
    "IP_RECVORIGDSTADDR",
#endif
#ifdef IP_RECVPKTINFO
    "IP_RECVPKTINFO",
#endif
#ifdef IP_RECVRETOPTS
    "IP_RECVRETOPTS",
#endif
#ifdef IP_RECVRSSBUCKETID
    "IP_RECVRSSBUCKETID",
#endif
#ifdef IP_RECVTOS
    "IP_RECVTOS",
#endif
#ifdef IP_RECVTTL
    "IP_RECVTTL",
#endif
#ifdef IP_ROUTER_ALERT
    "IP_ROUTER_ALERT",
#endif
#ifdef IP_RSSBUCKETID
    "IP_RSSBUCKETID",
#endif
#ifdef IP_RSS_LISTEN_BUCKET
    "IP_RSS_LISTEN_BUCKET",
#endif
#ifdef IP_SENDSRCADDR
    "IP_SENDSRCADDR",
#endif
#ifdef IP_STRIPHDR
    "IP_STRIPHDR",
#endif
#ifdef IP_TRANSPARENT
    "IP_TRANSPARENT",
#endif
#ifdef IP_UNBLOCK_SOURCE
    "IP_UNBLOCK_SOURCE",
#endif
#ifdef IP_UNICAST_IF
    "IP_UNICAST_IF",
#endif
#ifdef IP_XFRM_POLICY
    "IP_XFRM_POLICY",
#endif
#ifdef SO_ACCEPTFILTER
    "SO_ACCEPTFILTER",
#endif
#ifdef SO_ALLZONES
    "SO_ALLZONES",
#endif
#ifdef SO_ATTACH_BPF
    "SO_ATTACH_BPF",
#endif
#ifdef SO_ATTACH_FILTER
    "SO_ATTACH_FILTER",
#endif
#ifdef SO_ATTACH_REUSEPORT_CBPF
    "SO_ATTACH_REUSEPORT_CBPF",
#endif
#ifdef SO_ATTACH_REUSEPORT_EBPF
    "SO_ATTACH_REUSEPORT_EBPF",
#endif
#ifdef SO_BINDANY
    "SO_BINDANY",
#endif
#ifdef SO_BINDTODEVICE
    "SO_BINDTODEVICE",
#endif
#ifdef SO_BINDTOIFINDEX
    "SO_BINDTOIFINDEX",
#endif
#ifdef SO_BINTIME
    "SO_BINTIME",
#endif
#ifdef SO_BPF_EXTENSIONS
    "SO_BPF_EXTENSIONS",
#endif
#ifdef SO_BSDCOMPAT
    "SO_BSDCOMPAT",
#endif
#ifdef SO_BUF_LOCK
    "SO_BUF_LOCK",
#endif
#ifdef SO_BUSY_POLL
    "SO_BUSY_POLL",
#endif
#ifdef SO_BUSY_POLL_BUDGET
    "SO_BUSY_POLL_BUDGET",
#endif
#ifdef SO_CNX_ADVICE
    "SO_CNX_ADVICE",
#endif
#ifdef SO_COOKIE
    "SO_COOKIE",
#endif
#ifdef SO_CPU_AFFINITY
    "SO_CPU_AFFINITY",
#endif
#ifdef SO_DETACH_FILTER
    "SO_DETACH_FILTER",
#endif
#ifdef SO_DONTTRUNC
    "SO_DONTTRUNC",
#endif
#ifdef SO_EXCLBIND
    "SO_EXCLBIND",
#endif
#ifdef SO_INCOMING_CPU
    "SO_INCOMING_CPU",
#endif
#ifdef SO_INCOMING_NAPI_ID
    "SO_INCOMING_NAPI_ID",
#endif
#ifdef SO_LABEL
    "SO_LABEL",
#endif
#ifdef SO_LINGER_SEC
    "SO_LINGER_SEC",
#endif
#ifdef SO_LISTENINCQLEN
    "SO_LISTENINCQLEN",
#endif
#ifdef SO_LISTENQLEN
    "SO_LISTENQLEN",
#endif
#ifdef SO_LISTENQLIMIT
    "SO_LISTENQLIMIT",
#endif
#ifdef SO_LOCK_FILTER
    "SO_LOCK_FILTER",
#endif
#ifdef SO_MAC_EXEMPT
    "SO_MAC_EXEMPT",
#endif
#ifdef SO_MARK
    "SO_MARK",
#endif
#ifdef SO_MAX_PACING_RATE
    "SO_MAX_PACING_RATE",
#endif
#ifdef SO_MEMINFO
    "SO_MEMINFO",
#endif
#ifdef SO_NETNS_COOKIE
    "SO_NETNS_COOKIE",
#endif
#ifdef SO_NET_SERVICE_TYPE
    "SO_NET_SERVICE_TYPE",
#endif
#ifdef SO_NKE
    "SO_NKE",
#endif
#ifdef SO_NOFCS
    "SO_NOFCS",
#endif
#ifdef SO_NO_CHECK
    "SO_NO_CHECK",
#endif
#ifdef SO_NO_DDP
    "SO_NO_DDP",
#endif
#ifdef SO_NO_OFFLOAD
    "SO_NO_OFFLOAD",
#endif
#ifdef SO_NP_EXTENSIONS
    "SO_NP_EXTENSIONS",
#endif
#ifdef SO_NREAD
    "SO_NREAD",
#endif
#ifdef SO_NUMRCVPKT
    "SO_NUMRCVPKT",
#endif
#ifdef SO_NWRITE
    "SO_NWRITE",
#endif
#ifdef SO_OVERFLOWED
    "SO_OVERFLOWED",
#endif
#ifdef SO_PASSCRED
    "SO_PASSCRED",
#endif
#ifdef SO_PASSSEC
    "SO_PASSSEC",
#endif
#ifdef SO_PEEK_OFF
    "SO_PEEK_OFF",
#endif
#ifdef SO_PEERCRED
    "SO_PEERCRED",
#endif
#ifdef SO_PEERGROUPS
    "SO_PEERGROUPS",
#endif
#ifdef SO_PEERLABEL
    "SO_PEERLABEL",
#endif
#ifdef SO_PEERNAME
    "SO_PEERNAME",
#endif
#ifdef SO_PEERSEC
    "SO_PEERSEC",
#endif
#ifdef SO_PREFER_BUSY_POLL
    "SO_PREFER_BUSY_POLL",
#endif
#ifdef SO_RANDOMPORT
    "SO_RANDOMPORT",
#endif
#ifdef SO_RCVBUFFORCE
    "SO_RCVBUFFORCE",
#endif
#ifdef SO_RCVMARK
    "SO_RCVMARK",
#endif
#ifdef SO_RECVUCRED
    "SO_RECVUCRED",
#endif
#ifdef SO_RERROR
    "SO_RERROR",
#endif
#ifdef SO_RESERVE_MEM
    "SO_RESERVE_MEM",
#endif
#ifdef SO_REUSEPORT_LB
    "SO_REUSEPORT_LB",
#endif
#ifdef SO_REUSESHAREUID
    "SO_REUSESHAREUID",
#endif
#ifdef SO_RTABLE
    "SO_RTABLE",
#endif
#ifdef SO_RXQ_OVFL
    "SO_RXQ_OVFL",
#endif
#ifdef SO_SELECT_ERR_QUEUE
    "SO_SELECT_ERR_QUEUE",
#endif
#ifdef SO_SETFIB
    "SO_SETFIB",
#endif
#ifdef SO_SNDBUFFORCE
    "SO_SNDBUFFORCE",
#endif
#ifdef SO_SPLICE
    "SO_SPLICE",
#endif
#ifdef SO_TIMESTAMPING
    "SO_TIMESTAMPING",
#endif
#ifdef SO_TIMESTAMPNS
    "SO_TIMESTAMPNS",
#endif
#ifdef SO_TIMESTAMP_MONOTONIC
    "SO_TIMESTAMP_MONOTONIC",
#endif
#ifdef SO_TS_CLOCK
    "SO_TS_CLOCK",
#endif
#ifdef SO_TXREHASH
    "SO_TXREHASH",
#endif
#ifdef SO_TXTIME
    "SO_TXTIME",
#endif
#ifdef SO_USER_COOKIE
    "SO_USER_COOKIE",
#endif
#ifdef SO_WANTMORE
    "SO_WANTMORE",
#endif
#ifdef SO_WANTOOBFLAG
    "SO_WANTOOBFLAG",
#endif
#ifdef SO_WIFI_STATUS
    "SO_WIFI_STATUS",
#endif
#ifdef SO_ZEROCOPY
    "SO_ZEROCOPY",
#endif
#ifdef TCP_CCALGOOPT
    "TCP_CCALGOOPT",
#endif
#ifdef TCP_CC_INFO
    "TCP_CC_INFO",
#endif
#ifdef TCP_CONGESTION
    "TCP_CONGESTION",
#endif
#ifdef TCP_CONNECTIONTIMEOUT
    "TCP_CONNECTIONTIMEOUT",
#endif
#ifdef TCP_COOKIE_TRANSACTIONS
    "TCP_COOKIE_TRANSACTIONS",
#endif
#ifdef TCP_DELACK
    "TCP_DELACK",
#endif
#ifdef TCP_ENABLE_ECN
    "TCP_ENABLE_ECN",
#endif
#ifdef TCP_FASTOPEN
    "TCP_FASTOPEN",
#endif
#ifdef TCP_FASTOPEN_CONNECT
    "TCP_FASTOPEN_CONNECT",
#endif
#ifdef TCP_FASTOPEN_KEY
    "TCP_FASTOPEN_KEY",
#endif
#ifdef TCP_FASTOPEN_NO_COOKIE
    "TCP_FASTOPEN_NO_COOKIE",
#endif
#ifdef TCP_FUNCTION_BLK
    "TCP_FUNCTION_BLK",
#endif
#ifdef TCP_INFO
    "TCP_INFO",
#endif
#ifdef TCP_INQ
    "TCP_INQ",
#endif
#ifdef TCP_KEEPINIT
    "TCP_KEEPINIT",
#endif
#ifdef TCP_LOG
    "TCP_LOG",
#endif
#ifdef TCP_LOGBUF
    "TCP_LOGBUF",
#endif
#ifdef TCP_LOGID
    "TCP_LOGID",
#endif
#ifdef TCP_MAXUNACKTIME
    "TCP_MAXUNACKTIME",
#endif
#ifdef TCP_MD5SIG
    "TCP_MD5SIG",
#endif
#ifdef TCP_MD5SIG_EXT
    "TCP_MD5SIG_EXT",
#endif
#ifdef TCP_NOOPT
    "TCP_NOOPT",
#endif
#ifdef TCP_NOTSENT_LOWAT
    "TCP_NOTSENT_LOWAT",
#endif
#ifdef TCP_PCAP_IN
    "TCP_PCAP_IN",
#endif
#ifdef TCP_PCAP_OUT
    "TCP_PCAP_OUT",
#endif
#ifdef TCP_QUEUE_SEQ
    "TCP_QUEUE_SEQ",
#endif
#ifdef TCP_REPAIR
    "TCP_REPAIR",
#endif
#ifdef TCP_REPAIR_OPTIONS
    "TCP_REPAIR_OPTIONS",
#endif
#ifdef TCP_REPAIR_QUEUE
    "TCP_REPAIR_QUEUE",
#endif
#ifdef TCP_REPAIR_WINDOW
    "TCP_REPAIR_WINDOW",
#endif
#ifdef TCP_REUSPORT_LB_NUMA
    "TCP_REUSPORT_LB_NUMA",
#endif
#ifdef TCP_RXTLS_ENABLE
    "TCP_RXTLS_ENABLE",
#endif
#ifdef TCP_RXT_CONNDROPTIME
    "TCP_RXT_CONNDROPTIME",
#endif
#ifdef TCP_SACK_ENABLE
    "TCP_SACK_ENABLE",
#endif
#ifdef TCP_SAVED_SYN
    "TCP_SAVED_SYN",
#endif
#ifdef TCP_SAVE_SYN
    "TCP_SAVE_SYN",
#endif
#ifdef TCP_SENDMOREACKS
    "TCP_SENDMOREACKS",
#endif
#ifdef TCP_THIN_DUPACK
    "TCP_THIN_DUPACK",
#endif
#ifdef TCP_THIN_LINEAR_TIMEOUTS
    "TCP_THIN_LINEAR_TIMEOUTS",
#endif
#ifdef TCP_TIMESTAMP
    "TCP_TIMESTAMP",
#endif
#ifdef TCP_TXTLS_ENABLE
    "TCP_TXTLS_ENABLE",
#endif
#ifdef TCP_TX_DELAY
    "TCP_TX_DELAY",
#endif
#ifdef TCP_ULP
    "TCP_ULP",
#endif
#ifdef TCP_ZEROCOPY_RECEIVE
    "TCP_ZEROCOPY_RECEIVE",
#endif
    NULL,
};
