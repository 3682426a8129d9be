from ._namespace import Missing

load = Missing("torch.hub.load")
load_state_dict_from_url = Missing("torch.hub.load_state_dict_from_url")
