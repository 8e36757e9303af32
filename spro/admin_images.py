"""The library of images at the desk: added, described, deleted when no page shows it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_rules import RulesAdmin, actor
from accounts.rules import runs_region
from spro.editorial.forms import DescriptionForm, ImageForm
from spro.editorial.models import PageImage
from spro.editorial.pictures import DESCRIPTION, add_image, delete_image, showing


@admin.register(PageImage)
class PageImageAdmin(RulesAdmin):
    delete_rule = runs_region
    unsaid_fields = ("credit", "source")  # they may name a person
    export_left_out = ("thumbnail", "code")
    list_display = ("title", "thumbnail", "code", "shape", "added_at")
    search_fields = ("title", "alternative", "credit")
    ordering = ("-pk",)

    @admin.display(description="aperçu")
    def thumbnail(self, image: PageImage) -> SafeString:
        return format_html('<img src="{}" alt="" width="160" loading="lazy">', image.small_url or image.url)

    @admin.display(description="à écrire dans le texte")
    def code(self, image: PageImage) -> SafeString:
        return format_html("<code>{}</code>", image.code)

    @admin.display(description="taille")
    def shape(self, image: PageImage) -> str:
        return f"{image.width} × {image.height} pixels, {max(1, image.size // 1024)} ko"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=DescriptionForm if obj else ImageForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["thumbnail", "code", *DESCRIPTION, "shape", "added_at"] if obj else ["file", *DESCRIPTION]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["thumbnail", "code", "shape", "added_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        description = {name: form.cleaned_data[name] for name in DESCRIPTION}
        saved = add_image(data=b"", prepared=form.prepared, actor=actor(request), **description)
        obj.pk, obj._state.adding = saved.pk, False
        obj.refresh_from_db()

    def get_actions(self, request: HttpRequest) -> Any:
        """One by one: each deletion says which pages it would hurt."""
        return {}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        protected += [f"Page « {page.title} »" for image in objs for page in showing(image)]
        return deleted, counts, lacking, protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        try:
            delete_image(image=obj, actor=actor(request))
        except ValidationError as error:  # a page took it while one was asked to confirm
            raise PermissionDenied(" ".join(error.messages)) from error
