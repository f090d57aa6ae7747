# Every public name and its module; the stub of the package above says how it is read.

from .alerts import alerts as alerts
from .cost import cost_and_tokens as cost_and_tokens
from .engines import vllm_engines as vllm_engines
from .fleet import router_fleet as router_fleet
from .front_page import PANEL_IDS as PANEL_IDS
from .front_page import UID as UID
from .front_page import llm_router_metrics as llm_router_metrics
from .guardrails import guardrails_and_quality as guardrails_and_quality
from .kubernetes import router_kubernetes as router_kubernetes
from .log_store import log_store as log_store
from .logs import router_logs as router_logs
from .recording import raw_queries as raw_queries
from .registry import DASHBOARDS as DASHBOARDS
from .registry import LOG_DASHBOARDS as LOG_DASHBOARDS
from .registry import Entry as Entry
from .rendering import render as render
from .routing import routing_and_learning as routing_and_learning
from .slos import slos as slos
from .stack_health import stack_health as stack_health
from .thanos import thanos as thanos
from .traces import traces as traces
